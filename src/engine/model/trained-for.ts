import * as z from 'zod';
import { LossName } from '../../protocol/task';
import type { ModelContent } from '../checkpoint/types';

/** A loss and its options, as Keras configures them; options of other losses have their defaults. */
export interface LossConfig {
  readonly name: LossName;
  /** Share of certainty that label smoothing takes away, 0 to 1. */
  readonly smoothing: number;
  /** Largest error that the Huber loss squares. */
  readonly delta: number;
  /** Weights of the focal losses; the binary one uses `alpha` where `balanced` is true. */
  readonly alpha: number;
  readonly gamma: number;
  readonly balanced: boolean;
}

/** A loss in a description: one that Secateur computes, or the name of one that it does not. */
export type DescribedLoss = LossConfig | { readonly unknown: string };

/** The losses of a model's training: one for all outputs, or one for each by its name or place. */
export interface TrainedFor {
  /** Returns the loss of an output; undefined where the description names none. */
  readonly lossOf: (output: { readonly name: string; readonly index: number }) => DescribedLoss | undefined;
  /** Returns the weight of an output's loss in their sum. */
  readonly weightOf: (output: { readonly name: string; readonly index: number }) => number;
}

/** Names of losses in the form of `plain` that are not those of Keras without underscores. */
const ALIASES: Readonly<Record<string, LossName>> = {
  sparsecategoricalcrossentropy: 'categorical_crossentropy',
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  huberloss: 'huber',
  bce: 'binary_crossentropy',
  kld: 'kl_divergence',
  kldivergence: 'kl_divergence',
  kullbackleiblerdivergence: 'kl_divergence',
};
const NAMES: ReadonlyMap<string, LossName> = new Map([
  ...LossName.options.map((name) => [plain(name), name] as const),
  ...Object.entries(ALIASES),
]);

/** Returns a loss without a configuration of its own. */
export const plainLoss = (name: LossName): LossConfig => ({
  ...{ name, smoothing: 0, delta: 1, gamma: 2, balanced: false },
  alpha: 0.25,
});

/**
 * Reads the losses of a model's training from `training_config`, `trainingConfig` or `compile_config`, as Keras and
 * TensorFlow.js write them: a name, an object, or one of these for each output. Undefined where the description names none.
 */
export function trainedFor(model: ModelContent): TrainedFor | undefined {
  const config = configOf(model);
  if (!config) return undefined;
  const { loss, loss_weights: weights } = config;
  return {
    lossOf: (output) => {
      const its = isSingle(loss) ? loss : ofOutput(loss, output);
      return isSingle(its) ? describedLoss(its) : undefined;
    },
    weightOf: (output) => {
      const weight = ofOutput(weights, output);
      return typeof weight === 'number' && Number.isFinite(weight) ? weight : 1;
    },
  };
}

const Config = z.looseObject({ loss: z.unknown().optional(), loss_weights: z.unknown().optional() });
const LossObject = z.object({ class_name: z.string(), config: z.unknown().optional() });
const Options = z.looseObject({
  name: z.string().nullish().catch(undefined),
  fn: z.unknown().optional(),
  label_smoothing: z.number().min(0).max(1).nullish().catch(undefined),
  delta: z.number().positive().nullish().catch(undefined),
  alpha: z.number().nullish().catch(undefined),
  gamma: z.number().nullish().catch(undefined),
  apply_class_balancing: z.boolean().nullish().catch(undefined),
});

/** Finds the training configuration of a model that names a loss. */
function configOf({ modelTopology, described }: ModelContent): z.infer<typeof Config> | undefined {
  const places = [modelTopology, described ?? {}].flatMap((one) =>
    ['training_config', 'trainingConfig', 'compile_config'].map((key) => one[key]),
  );
  return places
    .flatMap((one) => {
      const parsed = Config.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    })
    .find(({ loss }) => loss !== undefined && loss !== null && loss !== '');
}

/** Returns true for a loss that stands for itself and not for one of each output. */
const isSingle = (loss: unknown): loss is string | z.infer<typeof LossObject> =>
  (typeof loss === 'string' && loss !== '') || LossObject.safeParse(loss).success;

/** Picks what belongs to an output from a list, or from an object by names. */
function ofOutput(all: unknown, { name, index }: { readonly name: string; readonly index: number }): unknown {
  if (Array.isArray(all)) return (all as unknown[])[index];
  if (typeof all !== 'object' || all === null) return undefined;
  const entries = Object.entries(all);
  return Object.hasOwn(all, name) ? entries.find(([key]) => key === name)?.[1] : entries.length === 1 && index === 0 ? entries[0]![1] : undefined; // prettier-ignore
}

function describedLoss(loss: string | z.infer<typeof LossObject>): DescribedLoss {
  const parsed = typeof loss === 'string' ? undefined : Options.safeParse(loss.config);
  const options = parsed?.success ? parsed.data : undefined;
  const said = typeof loss === 'string' ? loss : nameOf(loss, options);
  const name = NAMES.get(plain(said));
  if (name === undefined) return { unknown: said };
  const usual = plainLoss(name);
  return {
    name,
    smoothing: options?.label_smoothing ?? usual.smoothing,
    delta: options?.delta ?? usual.delta,
    alpha: options?.alpha ?? usual.alpha,
    gamma: options?.gamma ?? usual.gamma,
    balanced: options?.apply_class_balancing ?? usual.balanced,
  };
}

/** Keras writes the name of a function in the configuration, or as the configuration. */
function nameOf({ class_name: name, config }: z.infer<typeof LossObject>, options?: z.infer<typeof Options>): string {
  if (!['function', 'LossFunctionWrapper', 'MeanMetricWrapper'].includes(name)) return name;
  const fn = typeof options?.fn === 'string' ? options.fn : undefined;
  return typeof config === 'string' ? config : (fn ?? options?.name ?? name);
}

/** `Custom>SparseCategoricalCrossentropy`, `sparse_categorical_crossentropy` -> `sparsecategoricalcrossentropy` */
function plain(name: string): string {
  return (name.split('>').at(-1) ?? '').replaceAll(/[^a-z]/gi, '').toLowerCase();
}
