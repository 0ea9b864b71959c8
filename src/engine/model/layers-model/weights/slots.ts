import * as z from 'zod';
import type { TopologyLayer } from '../description/topology';
import type { Config } from '../description/json';
import { LayerJson, stringOf } from '../description/json';
import { archiveNames } from './archive';

/** A weight that a layer has by its description. */
export interface Slot {
  /** Id of the layer. */
  readonly layer: string;
  /** Name of its variable in TensorFlow.js: `dense/kernel`, `both/forward_lstm/kernel`. */
  readonly name: string;
  /** Name within its layer: `kernel`, `gamma`. */
  readonly weight: string;
  /** Path in a Keras archive: `layers/dense/vars/0`. */
  readonly place: string;
}

type Weights = (config: Config) => string[];

const RECURRENT: Weights = (config) => withBias(config, 'kernel', 'recurrent_kernel');
const KERNEL: Weights = (config) => withBias(config, 'kernel');
const SEPARABLE: Weights = (config) => withBias(config, 'depthwise_kernel', 'pointwise_kernel');
const SCALE_AND_SHIFT: Weights = ({ scale, center }) => [
  ...(scale === false ? [] : ['gamma']),
  ...(center === false ? [] : ['beta']),
];

/** The weights of each type of layer, in the order of Keras. */
const WEIGHTS: ReadonlyMap<string, Weights> = new Map(
  Object.entries({
    Dense: KERNEL,
    Conv1D: KERNEL,
    Conv2D: KERNEL,
    Conv3D: KERNEL,
    Conv1DTranspose: KERNEL,
    Conv2DTranspose: KERNEL,
    Conv3DTranspose: KERNEL,
    DepthwiseConv2D: (config: Config) => withBias(config, 'depthwise_kernel'),
    DepthwiseConv1D: (config: Config) => withBias(config, 'depthwise_kernel'),
    SeparableConv1D: SEPARABLE,
    SeparableConv2D: SEPARABLE,
    Embedding: () => ['embeddings'],
    PReLU: () => ['alpha'],
    BatchNormalization: (config: Config) => [...SCALE_AND_SHIFT(config), 'moving_mean', 'moving_variance'],
    LayerNormalization: SCALE_AND_SHIFT,
    GroupNormalization: SCALE_AND_SHIFT,
    Normalization: ({ mean, variance }: Config) =>
      isGiven(mean) && isGiven(variance) ? [] : ['mean', 'variance', 'count'],
    RMSNormalization: () => ['scale'],
    LayerScale: () => ['gamma'],
    EinsumDense: ({ bias_axes: axes }: Config) => (isGiven(axes) ? ['kernel', 'bias'] : ['kernel']),
    Attention: ({ use_scale: scale, score_mode: mode }: Config) => [
      ...(scale === true ? ['scale'] : []),
      ...(mode === 'concat' ? ['concat_score_weight'] : []),
    ],
    // Scaled where nothing is said, unlike the other attention.
    AdditiveAttention: ({ use_scale: scale }: Config) => (scale === false ? [] : ['scale']),
    SimpleRNN: RECURRENT,
    SimpleRNNCell: RECURRENT,
    GRU: RECURRENT,
    GRUCell: RECURRENT,
    LSTM: RECURRENT,
    LSTMCell: RECURRENT,
    ConvLSTM2D: RECURRENT,
    ConvLSTM2DCell: RECURRENT,
  }),
);
const MODELS = new Set(['Sequential', 'Functional', 'Model']);
/** Recurrent layers, whose weights are those of a cell in them. */
const HOLDS_CELL = /^(SimpleRNN|GRU|LSTM|ConvLSTM2D)$/;
/** Products of an attention with several heads, with where an archive of Keras keeps their weights. */
const PROJECTIONS = [
  ['query', 'query_dense'],
  ['key', 'key_dense'],
  ['value', 'value_dense'],
  ['attention_output', 'output_dense'],
] as const;
const MAX_DEPTH = 16;

/**
 * Lists the weights of a layer in order, wrapped layers included. Files that number weights, as Keras 3 does, use this
 * order. Empty where its type has no weights or is unknown.
 */
export function slotsOf({
  id,
  path,
  type,
  config,
  archive,
}: Pick<TopologyLayer, 'id' | 'path' | 'type' | 'config' | 'archive'>): Slot[] {
  const scope = path.at(-1) ?? id;
  return named({ class_name: type, config }, { scope, archive, depth: 0 }).map(({ scope: own, weight, place }) => ({
    layer: id,
    name: `${own}/${weight}`,
    weight,
    place,
  }));
}

/** The surroundings of weights. */
interface Around {
  readonly scope: string;
  readonly archive: string;
  readonly depth: number;
}

/** A weight with the names around it. */
type Named = Pick<Slot, 'weight' | 'place'> & Pick<Around, 'scope'>;

function named(layer: LayerJson, { scope, archive, depth }: Around): Named[] {
  const { class_name: type } = layer;
  if (depth > MAX_DEPTH) return [];
  const within = (inner: LayerJson, place: string, inScope = scope): Named[] =>
    named(inner, { scope: inScope, archive: `${archive}/${place}`, depth: depth + 1 });
  if (MODELS.has(type)) {
    const next = archiveNames();
    return layersIn(layer).flatMap((inner) => within(inner, `layers/${next(inner.class_name)}`, nameOf(inner)));
  }
  const config = Array.isArray(layer.config) ? {} : (layer.config ?? {});
  switch (type) {
    case 'TimeDistributed':
      return parts(config['layer']).flatMap((inner) => within(inner, 'layer'));
    case 'Bidirectional':
      return ['forward', 'backward'].flatMap((way) =>
        parts(config['layer']).flatMap((inner) =>
          within(inner, `${way}_layer`, `${scope}/${way}_${ownName(config, inner)}`),
        ),
      );
    case 'RNN':
    case 'ConvRNN2D':
      return parts(config['cell']).flatMap((cell) => within(cell, 'cell'));
    case 'MultiHeadAttention':
      return PROJECTIONS.flatMap(([name, kept]) =>
        KERNEL(config).map((weight, i) => ({
          scope: `${scope}/${name}`,
          weight,
          place: `${archive}/${kept}/vars/${i}`,
        })),
      );
    case 'StackedRNNCells': {
      const next = archiveNames();
      return parts(config['cells']).flatMap((cell, i) =>
        within(cell, `cells/${next(cell.class_name)}`, `${scope}/RNNCell_${i}`),
      );
    }
    default: {
      const place = HOLDS_CELL.test(type) ? `${archive}/cell` : archive;
      return (WEIGHTS.get(type)?.(config) ?? []).map((weight, i) => ({ scope, weight, place: `${place}/vars/${i}` }));
    }
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const withBias = ({ use_bias: bias }: Config, ...weights: string[]): string[] =>
  bias === false ? weights : [...weights, 'bias'];

/** Reads a layer, or a list of layers, from a configuration; none where it is something else. */
function parts(value: unknown): LayerJson[] {
  const parsed = z.array(LayerJson).safeParse(Array.isArray(value) ? value : [value]);
  return parsed.success ? parsed.data : [];
}

/** Keras 3 describes both directions; the layer of the first has a prefix. */
const ownName = (bidirectional: Config, inner: LayerJson): string =>
  bidirectional['backward_layer'] === undefined ? nameOf(inner) : withoutDirection(nameOf(inner));

/** Removes the direction from the name of a layer. */
export const withoutDirection = (name: string): string => name.replace(/^forward_/, '');

const layersIn = ({ config }: LayerJson): LayerJson[] => parts(Array.isArray(config) ? config : config?.['layers']);

function nameOf({ name, config }: LayerJson): string {
  return name ?? (Array.isArray(config) ? undefined : stringOf(config?.['name'])) ?? '';
}
