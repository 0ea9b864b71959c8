import * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import type { tf } from '../../tf';
import { LayerJson, type Config } from './description/json';
import { layers as tfLayers } from './tfjs-layers';
import type { Slot } from './weights/slots';

const { initializers } = tfLayers;
type Initializer = ReturnType<typeof initializers.zeros>;

/** The settings of an initializer, and the seed that a network gives it. */
const Settings = z.object({
  mean: z.number().default(0),
  stddev: z.number().default(0.05),
  minval: z.number().default(-0.05),
  maxval: z.number().default(0.05),
  value: z.number().default(0),
  gain: z.number().default(1),
  scale: z.number().positive().default(1),
  mode: z
    .string()
    .transform((mode) => mode.replace('_', ''))
    .pipe(z.enum(['fanIn', 'fanOut', 'fanAvg', 'fanin', 'fanout', 'fanavg']))
    .default('fanIn'),
  distribution: z
    .string()
    .transform((one) => one.replace('_', '').toLowerCase())
    .pipe(z.enum(['normal', 'uniform', 'truncatednormal']))
    .default('normal'),
});
type Settings = z.infer<typeof Settings> & { seed: number };

const MODES = { fanin: 'fanIn', fanout: 'fanOut', fanavg: 'fanAvg' } as const;
const MAKES: Readonly<Record<string, (settings: Settings) => Initializer>> = {
  zeros: () => initializers.zeros(),
  ones: () => initializers.ones(),
  constant: ({ value }) => initializers.constant({ value }),
  randomuniform: (settings) => initializers.randomUniform(settings),
  randomnormal: (settings) => initializers.randomNormal(settings),
  truncatednormal: (settings) => initializers.truncatedNormal(settings),
  variancescaling: ({ mode, distribution, scale, seed }) =>
    initializers.varianceScaling({
      ...{ scale, seed, mode: mode in MODES ? MODES[mode as keyof typeof MODES] : (mode as 'fanIn') },
      distribution: distribution === 'truncatednormal' ? 'truncatedNormal' : distribution,
    }),
  glorotuniform: ({ seed }) => initializers.glorotUniform({ seed }),
  glorotnormal: ({ seed }) => initializers.glorotNormal({ seed }),
  heuniform: ({ seed }) => initializers.heUniform({ seed }),
  henormal: ({ seed }) => initializers.heNormal({ seed }),
  lecununiform: ({ seed }) => initializers.leCunUniform({ seed }),
  lecunnormal: ({ seed }) => initializers.leCunNormal({ seed }),
  orthogonal: ({ gain, seed }) => initializers.orthogonal({ gain, seed }),
  identity: ({ gain }) => initializers.identity({ gain }),
};

/** The initializers that a layer has where its description names none. */
const DEFAULTS: readonly (readonly [RegExp, string])[] = [
  [/recurrent_kernel$/, 'orthogonal'],
  [/embeddings$/, 'randomuniform'],
  [/(kernel|concat_score_weight)$/, 'glorotuniform'],
];

const Described = z.union([
  z.string().transform((name) => ({ class_name: name, config: {} as unknown })),
  z.object({ class_name: z.string(), config: z.unknown() }),
]);

/**
 * Draws the first values of a weight, as the description of its layer says; undefined where TensorFlow.js sets them
 * without chance.
 * @param seed decides the values; the seed in the description does not count
 * @throws UserError where the description names an initializer that TensorFlow.js lacks
 */
export function initialWeight(
  { weight, name }: Slot,
  config: Config,
  shape: number[],
  seed: number,
): tf.Tensor | undefined {
  const given = Described.safeParse(
    describedInitializer(config, `${weight.replace(/(depthwise|pointwise|recurrent)_kernel$/, '$1')}_initializer`),
  );
  const fallback = DEFAULTS.find(([pattern]) => pattern.test(weight))?.[1];
  if (!given.success && fallback === undefined) return undefined;
  const { class_name: kind, config: settings } = given.data ?? { class_name: fallback!, config: {} };
  const make = MAKES[kind.replaceAll('_', '').toLowerCase()];
  const read = Settings.safeParse(settings ?? {});
  if (!make || !read.success)
    throw new UserError(
      `The weight "${name}" of the architecture begins by the initializer "${kind}", which cannot be read: name another one, or leave it out.`,
    );
  // The bias of an LSTM is more than zeros.
  if (/bias$/.test(weight) && /^zeros$/i.test(kind)) return undefined;
  return make({ ...read.data, seed }).apply(shape);
}

/** Finds an initializer in the description of a layer, or of the one that it wraps. */
function describedInitializer(config: Config, key: string): unknown {
  if (config[key] !== undefined) return config[key] ?? undefined;
  const wrapped = LayerJson.safeParse(config['layer'] ?? config['cell']);
  return wrapped.success && wrapped.data.config && !Array.isArray(wrapped.data.config)
    ? describedInitializer(wrapped.data.config, key)
    : undefined;
}
