import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { Random } from '../../../src/engine/dataset/random';

type Symbolic = tfLayers.SymbolicTensor;
type Layer = tfLayers.layers.Layer;
const l = tfLayers.layers;

/** The kind of its outputs: to be softened, or normalized, before the cross-entropy. */
export type Answers = 'logits' | 'probabilities';

/** A small network with random weights. */
export interface RandomModel {
  readonly model: tfLayers.LayersModel;
  readonly answers: Answers;
  /** True where it takes whole numbers. */
  readonly tokens: boolean;
  /** The part of the generator that made it. */
  readonly kind: string;
}

export const CLASSES = 3;
/** Height, width and channels of the images that all of them take, as they are, flattened, or as rows. */
export const IMAGE = [6, 6, 1] as const;

/** Draws choices. */
export class Choice {
  readonly #random: Random;
  constructor(seed: number) {
    this.#random = new Random(0xab5e, seed);
  }
  below(count: number): number {
    return this.#random.uint32() % count;
  }
  of<T>(options: readonly T[]): T {
    return options[this.below(options.length)]!;
  }
  chance(share: number): boolean {
    return this.#random.uint32() / 2 ** 32 < share;
  }
  number(): number {
    return this.#random.uint32() / 2 ** 31 - 1;
  }
}

const activations = ['relu', 'tanh', 'sigmoid', 'elu', 'selu', 'relu6', 'softsign', 'swish', 'linear', 'hardSigmoid', 'softplus'] as const; // prettier-ignore

/** A layer for a tensor of so many axes, the batch not counted, which may change their number. */
function layerFor({ shape }: Symbolic, draw: Choice): Layer {
  const activation = draw.of(activations);
  const useBias = draw.chance(0.7);
  const [, a = 1, b = 1] = shape.map((size) => size ?? 1);
  const anywhere: (() => Layer)[] = [
    () => l.activation({ activation }),
    () => l.batchNormalization({ scale: draw.chance(0.7), center: draw.chance(0.7) }),
    () => l.layerNormalization({ axis: -1 }),
    () => l.dropout({ rate: 0.3 }),
    () => l.gaussianNoise({ stddev: 0.1 }),
    () => l.gaussianDropout({ rate: 0.1 }),
    () => l.alphaDropout({ rate: 0.1 }),
    () => l.reLU(),
    () => l.leakyReLU({ alpha: 0.2 }),
    () => l.elu(),
    () => l.thresholdedReLU({ theta: 0.1 }),
    () => l.prelu(),
    () => l.softmax(),
    () => l.dense({ units: 2 + draw.below(4), activation, useBias }),
    () => l.flatten(),
  ];
  const byRank: Record<number, (() => Layer)[]> = {
    1: [
      () => l.repeatVector({ n: 2 }),
      () => l.reshape({ targetShape: [a, 1] }),
      () => l.dense({ units: 3 + draw.below(4), activation, useBias }),
    ],
    2: [
      () => l.lstm({ units: 3, returnSequences: draw.chance(0.5), useBias, goBackwards: draw.chance(0.3) }),
      () => l.gru({ units: 3, returnSequences: draw.chance(0.5), useBias }),
      () => l.simpleRNN({ units: 3, returnSequences: draw.chance(0.5), activation: 'tanh' }),
      () =>
        l.bidirectional({
          layer: draw.of([l.lstm, l.gru])({ units: 2, returnSequences: draw.chance(0.5) }),
          mergeMode: draw.of(['concat', 'sum', 'mul', 'ave'] as const),
        }),
      () => l.rnn({ cell: [l.gruCell({ units: 2 }), l.lstmCell({ units: 3 }), l.simpleRNNCell({ units: 2 })] }),
      () => l.timeDistributed({ layer: l.dense({ units: 3, activation, useBias }) }),
      () => l.conv1d({ filters: 3, kernelSize: 2, activation, useBias, padding: draw.of(['same', 'causal']) }),
      () => l.maxPooling1d({ poolSize: 2, padding: 'same' }),
      () => l.averagePooling1d({ poolSize: 2, padding: 'same' }),
      () => l.globalAveragePooling1d({}),
      () => l.globalMaxPooling1d({}),
      () => l.masking({ maskValue: 0 }),
      () => l.permute({ dims: [2, 1] }),
      () => l.spatialDropout1d({ rate: 0.2 }),
      () => l.reshape({ targetShape: [a, b, 1] }),
    ],
    3: [
      () => l.conv2d({ filters: 3, kernelSize: 2, activation, useBias, padding: 'same', strides: draw.of([1, 2]) }),
      () => l.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, padding: 'same' }),
      () => l.depthwiseConv2d({ kernelSize: 2, depthMultiplier: draw.of([1, 2]), useBias, padding: 'same' }),
      () => l.separableConv2d({ filters: 3, kernelSize: 2, useBias, padding: 'same' }),
      () => l.conv2dTranspose({ filters: 2, kernelSize: 2, useBias, strides: draw.of([1, 2]) }),
      () => l.maxPooling2d({ poolSize: 2, padding: 'same' }),
      () => l.averagePooling2d({ poolSize: 2, padding: 'same' }),
      () => l.globalAveragePooling2d({}),
      () => l.globalMaxPooling2d({}),
      () => l.zeroPadding2d({ padding: 1 }),
      () => l.upSampling2d({ size: [2, 1] }),
      () => l.cropping2D({ cropping: 0 }),
      () => l.rescaling({ scale: 0.5, offset: 0.1 }),
      () => l.permute({ dims: [2, 1, 3] }),
      () => l.reshape({ targetShape: [a, -1] }),
      () => l.timeDistributed({ layer: l.simpleRNN({ units: 3 }) }),
      () => l.reshape({ targetShape: [1, ...shape.slice(1)] }),
    ],
    4: [
      () => l.convLstm2d({ filters: 2, kernelSize: 2, padding: 'same' }),
      () => l.conv3d({ filters: 2, kernelSize: [1, 2, 2], useBias, padding: 'same' }),
      () => l.conv3dTranspose({ filters: 2, kernelSize: [1, 2, 2] }),
      () => l.maxPooling3d({ poolSize: [1, 2, 2], padding: 'same' }),
      () => l.averagePooling3d({ poolSize: [1, 2, 2], padding: 'same' }),
      () => l.timeDistributed({ layer: l.conv2d({ filters: 2, kernelSize: 2, padding: 'same' }) }),
      () => l.timeDistributed({ layer: l.flatten() }),
    ],
  };
  const rank = shape.length - 1;
  // TensorFlow.js normalises batches of up to four axes.
  const common = rank === 4 ? anywhere.filter((_, i) => i !== 1) : anywhere;
  return draw.of([...(byRank[rank] ?? []), ...(byRank[rank] ?? []), ...common])();
}

const apply = (layer: Layer, x: Symbolic | Symbolic[]): Symbolic => layer.apply(x) as Symbolic;
const sizeOf = ({ shape }: Symbolic): number => shape.slice(1).reduce<number>((all, size) => all * (size ?? 1), 1);

/** Undefined where TensorFlow.js cannot make it: not every layer takes every tensor. */
function tried<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** So many layers one after another; those that would make it large are left out. */
function chain(x: Symbolic, count: number, draw: Choice): Symbolic {
  let y = x;
  for (let i = 0; i < count; i++) {
    const next = tried(() => apply(layerFor(y, draw), y));
    if (next && sizeOf(next) <= 400) y = next;
  }
  return y;
}

/** A model within the model: of layers that are called in it once, or a shared one. */
function nested(x: Symbolic, draw: Choice): tfLayers.LayersModel {
  const input = tfLayers.input({ shape: x.shape.slice(1) });
  if (draw.chance(0.5)) return tfLayers.model({ inputs: input, outputs: chain(input, 2, draw) });
  const first = l.dense({ units: 3, activation: 'tanh', inputShape: x.shape.slice(1) });
  return tfLayers.sequential({ layers: [first, l.dropout({ rate: 0.2 }), l.dense({ units: 3 })] });
}

function branches(x: Symbolic, draw: Choice): Symbolic {
  const same = [draw.of(activations), draw.of(activations)].map((activation) =>
    apply(l.dense({ units: 3, activation }), x),
  );
  const pair = [same[0]!, same[1]!];
  const merges = [l.add, l.multiply, l.average, l.maximum, l.minimum, l.concatenate];
  if (x.shape.length === 2 && draw.chance(0.2)) return apply(l.dot({ axes: 1 }), pair);
  return apply(draw.of(merges)(), pair);
}

/** The body of a network, and what it was made of. */
function body(x: Symbolic, draw: Choice): [Symbolic, string] {
  const kind = draw.of(['chain', 'chain', 'branches', 'shared layer', 'nested', 'shared model', 'nested twice']);
  const start = chain(x, 1 + draw.below(2), draw);
  switch (kind) {
    case 'branches':
      return [chain(branches(start, draw), 1, draw), kind];
    case 'shared layer': {
      const shared = l.dense({ units: start.shape.at(-1)!, activation: 'tanh' });
      return [apply(l.add(), [apply(shared, apply(shared, start)), start]), kind];
    }
    case 'nested':
      return [chain(apply(nested(start, draw), start), 1, draw), kind];
    case 'shared model': {
      const encoder = nested(start, draw);
      const other = apply(l.activation({ activation: 'softsign' }), start);
      return [apply(l.concatenate(), [apply(encoder, start), apply(encoder, other)]), kind];
    }
    case 'nested twice': {
      const input = tfLayers.input({ shape: start.shape.slice(1) });
      const inner = nested(input, draw);
      const outer = tfLayers.model({ inputs: input, outputs: chain(apply(inner, input), 1, draw) });
      return [apply(outer, start), kind];
    }
    default:
      return [chain(start, 2, draw), kind];
  }
}

const ENDINGS = ['logits', 'softmax', 'softmax layer', 'softmax activation', 'sigmoid', 'average', 'linear after', 'places', 'nested head', 'relu'] as const; // prettier-ignore

function ending(x: Symbolic, draw: Choice): [Symbolic, string, Answers] {
  const flat = x.shape.length > 2 ? apply(l.flatten(), x) : x;
  const units = CLASSES;
  const head = (activation: 'softmax' | 'sigmoid' | 'linear' | 'relu') => apply(l.dense({ units, activation }), flat);
  const kind = draw.of(ENDINGS);
  switch (kind) {
    case 'logits':
      return [head('linear'), kind, 'logits'];
    case 'relu':
      return [head('relu'), kind, 'logits'];
    case 'softmax':
    case 'sigmoid':
      return [head(kind), kind, 'probabilities'];
    case 'softmax layer':
      return [apply(l.softmax(), head('linear')), kind, 'probabilities'];
    case 'softmax activation':
      return [apply(l.activation({ activation: 'softmax' }), head('linear')), kind, 'probabilities'];
    case 'average':
      return [apply(l.average(), [head('softmax'), head('softmax')]), kind, 'probabilities'];
    case 'linear after':
      return [apply(l.activation({ activation: 'linear' }), head('softmax')), kind, 'probabilities'];
    case 'places': {
      const rows = apply(l.repeatVector({ n: 2 }), flat);
      const each = l.timeDistributed({ layer: l.dense({ units, activation: 'softmax' }) });
      return [apply(l.globalAveragePooling1d({}), apply(each, rows)), kind, 'probabilities'];
    }
    case 'nested head': {
      const inner = l.dense({ units, activation: 'softmax', inputShape: flat.shape.slice(1) });
      return [apply(tfLayers.sequential({ layers: [inner] }), flat), kind, 'probabilities'];
    }
  }
}

/** The network of a seed; undefined where TensorFlow.js cannot make what was drawn. */
export const randomModel = (seed: number): RandomModel | undefined => tried(() => drawn(seed));

function drawn(seed: number): RandomModel {
  const draw = new Choice(seed);
  const form = draw.of(['image', 'image', 'rows', 'flat', 'tokens'] as const);
  const shape = { image: [...IMAGE], rows: [6, 6], flat: [36], tokens: [36] }[form];
  if (form !== 'tokens' && draw.chance(0.2)) return { ...withWeights(sequential(shape, draw), draw), tokens: false };
  const input = tfLayers.input({ shape });
  const start =
    form === 'tokens' ? apply(l.embedding({ inputDim: 10, outputDim: 3, maskZero: draw.chance(0.3) }), input) : input;
  const [middle, kind] = body(start, draw);
  const [output, end, answers] = ending(middle, draw);
  const model = tfLayers.model({ inputs: input, outputs: output });
  return { ...withWeights({ model, answers, kind: `${kind}, ${end}` }, draw), tokens: form === 'tokens' };
}

function sequential(shape: number[], draw: Choice): Omit<RandomModel, 'tokens'> {
  const model = tfLayers.sequential();
  model.add(l.inputLayer({ inputShape: shape }));
  for (let i = 0; i < 3; i++) {
    if (sizeOf(model.outputs[0]!) <= 100) tried(() => model.add(layerFor(model.outputs[0]!, draw)));
  }
  if (model.outputs[0]!.shape.length > 2) model.add(l.flatten());
  const softmax = draw.chance(0.5);
  model.add(l.dense({ units: CLASSES, activation: softmax ? 'softmax' : 'linear' }));
  return { model, answers: softmax ? 'probabilities' : 'logits', kind: 'sequential' };
}

/** Gives it weights other than those that it begins with. */
function withWeights<T extends { readonly model: tfLayers.LayersModel }>(made: T, draw: Choice): T {
  for (const weight of made.model.weights) {
    const positive = weight.originalName.endsWith('moving_variance');
    const values = Float32Array.from({ length: weight.read().size }, () =>
      positive ? 1 + draw.number() / 2 : draw.number() / 2,
    );
    tf.tidy(() => {
      weight.write(tf.tensor(values, weight.read().shape));
    });
  }
  return made;
}
