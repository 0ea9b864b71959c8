import { layers } from '../../testing/tf';

type Layer = layers.layers.Layer;
type Symbolic = layers.SymbolicTensor;

/** Picks one of some choices, the same sequence for the same seed. */
export type Pick = <T>(choices: readonly T[]) => T;

/** Adds one random layer or block. */
type Grow = (pick: Pick, input: Symbolic) => Symbolic;

const ACTIVATIONS = [
  'relu', 'relu', 'linear', 'sigmoid', 'elu', 'selu', 'tanh', 'relu6', 'softplus', 'softsign', 'hardSigmoid', 'swish', 'mish',
] as const; // prettier-ignore
const FILTERS = [4, 8, 16, 20];

export function apply(layer: Layer, input: Symbolic | Symbolic[]): Symbolic {
  const result = layer.apply(input);
  if (!(result instanceof layers.SymbolicTensor)) throw new TypeError(`${layer.name} has no single symbolic output.`);
  return result;
}

/** Convolution arguments that fit an image: an image smaller than the kernel needs padding. */
function window(pick: Pick, input: Symbolic) {
  const kernelSize = pick([1, 2, 3, 5]);
  const fits = Math.min(...input.shape.slice(1, -1).map((side) => side ?? 0)) >= kernelSize;
  return { kernelSize, strides: pick([1, 1, 2]), padding: fits ? pick(['same', 'valid'] as const) : 'same' } as const;
}

const settings = (pick: Pick) => ({ activation: pick(ACTIVATIONS), useBias: pick([true, true, false]) });

const onImages: Readonly<Record<string, Grow>> = {
  convolution: (pick, x) =>
    apply(layers.layers.conv2d({ ...window(pick, x), ...settings(pick), filters: pick(FILTERS) }), x),
  depthwise: (pick, x) =>
    apply(
      layers.layers.depthwiseConv2d({ ...window(pick, x), ...settings(pick), depthMultiplier: pick([1, 1, 2]) }),
      x,
    ),
  separable: (pick, x) =>
    apply(layers.layers.separableConv2d({ ...window(pick, x), ...settings(pick), filters: pick(FILTERS) }), x),
  transposed: (pick, x) =>
    apply(
      layers.layers.conv2dTranspose({
        ...{ ...settings(pick), filters: pick(FILTERS), kernelSize: pick([2, 3]) },
        ...{ strides: pick([1, 2]), padding: pick(['same', 'valid'] as const) },
      }),
      x,
    ),
  maxPool: (pick, x) => pool(layers.layers.maxPooling2d, pick, x),
  averagePool: (pick, x) => pool(layers.layers.averagePooling2d, pick, x),
  batchNormalization: (_, x) => apply(layers.layers.batchNormalization(), x),
  layerNormalization: (_, x) => apply(layers.layers.layerNormalization(), x),
  // The gradient of the cpu kernel swaps height and width.
  resize: (_, x) =>
    x.shape[1] === x.shape[2] ? apply(layers.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), x) : x,
  zeroPadding: (pick, x) => apply(layers.layers.zeroPadding2d({ padding: pick([1, 2]) }), x),
  residual: (pick, x) => {
    const convolution = layers.layers.conv2d({
      ...settings(pick),
      filters: x.shape[3]!,
      kernelSize: 3,
      padding: 'same',
    });
    const merge = pick([layers.layers.add, layers.layers.multiply, layers.layers.maximum, layers.layers.average]);
    return apply(merge(), [apply(convolution, x), x]);
  },
  concatenation: (pick, x) => {
    const convolution = layers.layers.conv2d({
      ...settings(pick),
      filters: pick(FILTERS),
      kernelSize: 3,
      padding: 'same',
    });
    return apply(layers.layers.concatenate(), [apply(convolution, x), x]);
  },
  rectifier: (pick, x) =>
    apply(
      pick([
        () => layers.layers.prelu({ sharedAxes: [1, 2], alphaInitializer: 'ones' }),
        () => layers.layers.leakyReLU({ alpha: 0.2 }),
        () => layers.layers.elu(),
        () => layers.layers.reLU({ maxValue: 6 }),
      ])(),
      x,
    ),
};

function pool(make: (options: Parameters<typeof layers.layers.maxPooling2d>[0]) => Layer, pick: Pick, x: Symbolic) {
  const poolSize = pick([2, 3]);
  const fits = Math.min(x.shape[1]!, x.shape[2]!) >= poolSize;
  return apply(make({ poolSize, strides: pick([1, 2, 3]), padding: fits ? pick(['same', 'valid']) : 'same' }), x);
}

const onSequences: Readonly<Record<string, Grow>> = {
  convolution: (pick, x) =>
    apply(layers.layers.conv1d({ ...window(pick, x), ...settings(pick), filters: pick(FILTERS) }), x),
  dense: (pick, x) => apply(layers.layers.dense({ units: pick(FILTERS), activation: pick(ACTIVATIONS) }), x),
  maxPool: (_, x) => apply(layers.layers.maxPooling1d({ poolSize: 2, strides: 1, padding: 'same' }), x),
  averagePool: (_, x) => apply(layers.layers.averagePooling1d({ poolSize: 2, strides: 2, padding: 'same' }), x),
  layerNormalization: (_, x) => apply(layers.layers.layerNormalization(), x),
  batchNormalization: (_, x) => apply(layers.layers.batchNormalization(), x),
  lstm: (pick, x) => apply(layers.layers.lstm(recurrent(pick)), x),
  gru: (pick, x) => apply(layers.layers.gru({ ...recurrent(pick), recurrentActivation: 'sigmoid' }), x),
};

/** A dilated convolution or two, at the input and frozen: TensorFlow.js has no gradient for them. */
function dilated(pick: Pick, input: Symbolic): Symbolic {
  const make = (x: Symbolic): Layer => {
    const common = {
      ...{ kernelSize: pick([2, 3]), dilationRate: pick([2, 3]), padding: 'same' as const, trainable: false },
      ...{ activation: pick(ACTIVATIONS), useBias: pick([true, false]) },
    } as const;
    if (x.rank === 3) return layers.layers.conv1d({ ...common, filters: pick(FILTERS) });
    return pick([
      () => layers.layers.conv2d({ ...common, filters: pick(FILTERS) }),
      () => layers.layers.depthwiseConv2d({ ...common, depthMultiplier: pick([1, 2]) }),
    ])();
  };
  const once = apply(make(input), input);
  return pick([true, false]) ? apply(make(once), once) : once;
}

const recurrent = (pick: Pick) => ({
  units: pick([3, 5]),
  returnSequences: true,
  goBackwards: pick([false, true]),
  recurrentInitializer: 'glorotUniform' as const,
});

/** A random network on images or on sequences; it ends in 4 numbers. */
export function randomNetwork(pick: Pick): layers.LayersModel {
  const kind = pick(['image', 'image', 'image', 'sequence', 'tokens'] as const);
  const table = kind === 'image' ? onImages : onSequences;
  const input = layers.input({
    shape: kind === 'image' ? [pick([6, 7]), 6, pick([1, 3, 16])] : kind === 'sequence' ? [5, 3] : [5],
  });
  let x = input;
  if (kind === 'tokens') x = apply(layers.layers.embedding({ inputDim: 8, outputDim: 4 }), x);
  if (kind !== 'tokens' && pick([true, false, false])) x = dilated(pick, x);
  for (let depth = pick([1, 2, 3]); depth > 0; depth--) x = pick(Object.values(table))(pick, x);
  const ends: (() => Layer)[] = [() => layers.layers.flatten()];
  if (kind === 'image')
    ends.push(
      () => layers.layers.globalAveragePooling2d({}),
      () => layers.layers.globalMaxPooling2d({}),
    );
  const flat = apply(pick(ends)(), x);
  return layers.model({
    inputs: input,
    outputs: apply(layers.layers.dense({ units: 4, activation: pick(['softmax', 'linear']) }), flat),
  });
}
