import { layers, tf } from '../tf';
import { numbers } from './index';

type Symbolic = layers.SymbolicTensor;
type Tensors = Symbolic | Symbolic[];

/** A small network around one layer. */
export interface LayerNetwork {
  /** The layer and its special setting. */
  readonly name: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  /** True if the inputs are whole numbers from 0 to 7. */
  readonly tokens?: boolean;
  /** True if it uses random numbers. */
  readonly random?: boolean;
  /** True if TensorFlow.js refuses to train it, or trains it wrongly on its cpu backend. */
  readonly untrainable?: boolean;
  /** The part between two trainable layers. */
  readonly middle: (x: Symbolic) => Symbolic;
}

const of = (layer: layers.layers.Layer, x: Tensors): Symbolic => {
  const result = layer.apply(x);
  if (!(result instanceof layers.SymbolicTensor)) throw new TypeError(`${layer.name} has no single output.`);
  return result;
};
const L = layers.layers;

/** Makes a network of one layer. */
const one = (
  name: string,
  inputShape: readonly number[],
  make: () => layers.layers.Layer,
  more: Partial<LayerNetwork> = {},
): LayerNetwork => ({ name, inputShape, middle: (x) => of(make(), x), ...more });

const VECTOR = [6];
const SEQUENCE = [6, 4];
const IMAGE = [8, 8, 4];
const VOLUME = [4, 6, 6, 3];
const FILM = [3, 6, 6, 2];

const merged = (name: string, make: () => layers.layers.Layer): LayerNetwork => ({
  name,
  inputShape: IMAGE,
  middle: (x) => of(make(), [of(L.conv2d({ filters: 4, kernelSize: 1, activation: 'relu' }), x), x]),
});

const activations = [
  'elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh', 'softmax',
  'swish', 'mish', 'gelu', 'gelu_new',
] as const; // prettier-ignore

const recurrent = { units: 5, recurrentInitializer: 'glorotUniform' } as const;
const film = { filters: 3, kernelSize: 3, padding: 'same', recurrentInitializer: 'glorotUniform' } as const;
const dropped = { dropout: 0.2, recurrentDropout: 0.2 } as const;

/** Group normalization, written with existing operators. */
class GroupNormalization extends L.Layer {
  static readonly className = 'TestGroupNormalization';
  private scale: layers.LayerVariable | undefined;
  override build(shape: layers.Shape): void {
    this.scale = this.addWeight('scale', [shape.at(-1)!], 'float32', layers.initializers.ones());
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const [n, h, w, c] = x.shape as [number, number, number, number];
      const groups = tf.reshape(x, [n, h, w, 2, c / 2]);
      const { mean, variance } = tf.moments(groups, [1, 2, 4], true);
      const normal = tf.mul(tf.sub(groups, mean), tf.rsqrt(tf.add(variance, 1e-3)));
      return tf.mul(tf.reshape(normal, x.shape), this.scale!.read());
    });
  }
  override computeOutputShape(shape: layers.Shape): layers.Shape {
    return shape;
  }
}

/** Multi-head attention, written with the products that TensorFlow uses. */
class Attention extends L.Layer {
  static readonly className = 'TestAttention';
  private projections: layers.LayerVariable[] = [];
  constructor(private readonly causal: boolean) {
    super({});
  }
  override build(): void {
    const shapes = [[8, 2, 4], [8, 2, 4], [8, 2, 4], [2, 4, 8]]; // prettier-ignore
    this.projections = shapes.map((shape, i) =>
      this.addWeight(`projection${i}`, shape, 'float32', layers.initializers.glorotUniform({ seed: i })),
    );
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const [query, key, value, last] = this.projections.map((weight) => weight.read());
      const [q, k, v] = [query, key, value].map((weight) => tf.einsum('abc,cde->abde', x, weight!));
      const scores = tf.mul(tf.einsum('aecd,abcd->acbe', k!, q!), 0.5);
      const seen = this.causal ? tf.where(causalMask(x.shape[1]!), scores, tf.fill(scores.shape, -1e9)) : scores;
      return tf.einsum('abcd,cde->abe', tf.einsum('acbe,aecd->abcd', tf.softmax(seen), v!), last!);
    });
  }
  override computeOutputShape(shape: layers.Shape): layers.Shape {
    return shape;
  }
}

/** The mask of the positions that a position may see, for 4 examples and 2 heads. */
function causalMask(length: number): tf.Tensor {
  const positions = tf.range(0, length, 1, 'int32');
  const earlier = tf.greaterEqual(tf.expandDims(positions, 1), positions);
  return tf.tile(tf.reshape(earlier, [1, 1, length, length]), [4, 2, 1, 1]);
}

/** One network for each layer of tfjs-layers that computes, in its usual settings and in those with other kernels. */
export const layerNetworks: readonly LayerNetwork[] = [
  one('Dense', VECTOR, () => L.dense({ units: 5 })),
  one('Dense on a sequence', SEQUENCE, () => L.dense({ units: 5, activation: 'relu' })),
  ...activations.map((activation) => one(`Activation ${activation}`, IMAGE, () => L.activation({ activation }))),
  one('ReLU', IMAGE, () => L.reLU()),
  one('LeakyReLU', IMAGE, () => L.leakyReLU()),
  one('PReLU', IMAGE, () => L.prelu({ alphaInitializer: 'ones' })),
  one('PReLU, shared axes', IMAGE, () => L.prelu({ sharedAxes: [1, 2] })),
  one('ELU', IMAGE, () => L.elu()),
  one('ThresholdedReLU', IMAGE, () => L.thresholdedReLU()),
  one('Softmax', VECTOR, () => L.softmax()),
  one('Softmax of images', IMAGE, () => L.softmax({ axis: 3 })),
  one('Conv1D', SEQUENCE, () => L.conv1d({ filters: 4, kernelSize: 3 })),
  one('Conv1D, dilated', SEQUENCE, () => L.conv1d({ filters: 4, kernelSize: 3, padding: 'same', dilationRate: 2 }), {
    untrainable: true,
  }),
  one('Conv1D, strided', SEQUENCE, () => L.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  one('Conv2D', IMAGE, () => L.conv2d({ filters: 4, kernelSize: 3 })),
  one('Conv2D, dilated', IMAGE, () => L.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 }), { untrainable: true }),
  one('Conv2D, channels first', IMAGE, () => L.conv2d({ filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' })),
  one('Conv2DTranspose', IMAGE, () => L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  one('SeparableConv2D', IMAGE, () => L.separableConv2d({ filters: 4, kernelSize: 3 })),
  one('DepthwiseConv2D', IMAGE, () => L.depthwiseConv2d({ kernelSize: 3 })),
  one('DepthwiseConv2D, dilated', IMAGE, () => L.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 }), {
    untrainable: true,
  }),
  one('DepthwiseConv2D, multiplier', IMAGE, () => L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })),
  one('Conv3D', VOLUME, () => L.conv3d({ filters: 4, kernelSize: 3 })),
  one('Conv3D, dilated', VOLUME, () => L.conv3d({ filters: 4, kernelSize: 2, dilationRate: 2 }), { untrainable: true }),
  one('Conv3D, strided', VOLUME, () => L.conv3d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  one('Conv3DTranspose', VOLUME, () => L.conv3dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  one('Cropping2D', IMAGE, () => L.cropping2D({ cropping: [[1, 2], [2, 1]] })), // prettier-ignore
  // The cpu kernel takes the gradient of nearest pixels from the first image only.
  one('UpSampling2D', IMAGE, () => L.upSampling2d({ size: [2, 2] }), { untrainable: true }),
  one('UpSampling2D, bilinear', IMAGE, () => L.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })),
  one('ZeroPadding2D', IMAGE, () => L.zeroPadding2d({ padding: 1 })),
  one('ConvLSTM2D', FILM, () => L.convLstm2d(film)),
  one('ConvLSTM2D, dropout', FILM, () => L.convLstm2d({ ...film, ...dropped }), {
    random: true,
  }),
  one('Dropout', IMAGE, () => L.dropout({ rate: 0.3 }), { random: true }),
  one('SpatialDropout1D', SEQUENCE, () => L.spatialDropout1d({ rate: 0.3 }), { random: true }),
  one('GaussianNoise', IMAGE, () => L.gaussianNoise({ stddev: 0.1 }), { random: true }),
  one('GaussianDropout', IMAGE, () => L.gaussianDropout({ rate: 0.1 }), { random: true }),
  one('AlphaDropout', IMAGE, () => L.alphaDropout({ rate: 0.1 }), { random: true }),
  one('Flatten', IMAGE, () => L.flatten()),
  one('RepeatVector', VECTOR, () => L.repeatVector({ n: 3 })),
  one('Reshape', IMAGE, () => L.reshape({ targetShape: [16, 16] })),
  one('Permute', IMAGE, () => L.permute({ dims: [3, 1, 2] })),
  one('Masking', SEQUENCE, () => L.masking()),
  one('Embedding', [6], () => L.embedding({ inputDim: 8, outputDim: 4 }), { tokens: true }),
  {
    name: 'Embedding with a mask before an LSTM',
    inputShape: [6],
    tokens: true,
    middle: (x) => of(L.lstm(recurrent), of(L.embedding({ inputDim: 8, outputDim: 4, maskZero: true }), x)),
  },
  merged('Add', () => L.add()),
  merged('Multiply', () => L.multiply()),
  merged('Average', () => L.average()),
  merged('Maximum', () => L.maximum()),
  merged('Minimum', () => L.minimum()),
  merged('Concatenate', () => L.concatenate()),
  {
    name: 'Dot',
    inputShape: SEQUENCE,
    middle: (x) => of(L.dot({ axes: 2 }), [of(L.dense({ units: 4 }), x), x]),
  },
  {
    name: 'Dot, normalised vectors',
    inputShape: VECTOR,
    middle: (x) => of(L.dot({ axes: -1, normalize: true }), [of(L.dense({ units: 6 }), x), x]),
  },
  one('BatchNormalization', IMAGE, () => L.batchNormalization()),
  one('BatchNormalization of vectors', VECTOR, () => L.batchNormalization()),
  one('LayerNormalization', IMAGE, () => L.layerNormalization()),
  one('LayerNormalization of a sequence', SEQUENCE, () => L.layerNormalization()),
  one('LayerNormalization, several axes', IMAGE, () => L.layerNormalization({ axis: [1, 2, 3] })),
  one('LayerNormalization, first axis', IMAGE, () => L.layerNormalization({ axis: 1 })),
  one('GroupNormalization of its parts', IMAGE, () => new GroupNormalization({})),
  one('MaxPooling1D', SEQUENCE, () => L.maxPooling1d({})),
  one('AveragePooling1D', SEQUENCE, () => L.averagePooling1d({})),
  one('MaxPooling2D', IMAGE, () => L.maxPooling2d({})),
  one('AveragePooling2D', IMAGE, () => L.averagePooling2d({})),
  one('MaxPooling3D', VOLUME, () => L.maxPooling3d({ poolSize: 2, strides: 2 })),
  one('MaxPooling3D, overlapping', VOLUME, () => L.maxPooling3d({ poolSize: 3, strides: 1, padding: 'same' })),
  {
    name: 'MaxPooling3D behind a relu',
    inputShape: VOLUME,
    middle: (x) =>
      of(L.maxPooling3d({ poolSize: [1, 2, 2], strides: [1, 2, 2] }), of(L.conv3d({ filters: 4, kernelSize: 1, activation: 'relu' }), x)), // prettier-ignore
  },
  {
    name: 'MaxPooling1D behind a relu',
    inputShape: SEQUENCE,
    middle: (x) => of(L.maxPooling1d({}), of(L.conv1d({ filters: 4, kernelSize: 1, activation: 'relu' }), x)),
  },
  one('AveragePooling3D', VOLUME, () => L.averagePooling3d({ poolSize: 2, strides: 2 })),
  one('AveragePooling3D, overlapping', VOLUME, () => L.averagePooling3d({ poolSize: 3, strides: 2, padding: 'same' })),
  one('GlobalAveragePooling1D', SEQUENCE, () => L.globalAveragePooling1d({})),
  one('GlobalMaxPooling1D', SEQUENCE, () => L.globalMaxPooling1d({})),
  one('GlobalAveragePooling2D', IMAGE, () => L.globalAveragePooling2d({})),
  one('GlobalMaxPooling2D', IMAGE, () => L.globalMaxPooling2d({})),
  one('SimpleRNN', SEQUENCE, () => L.simpleRNN(recurrent)),
  one('SimpleRNN, dropout', SEQUENCE, () => L.simpleRNN({ ...recurrent, ...dropped }), { random: true }),
  one('GRU', SEQUENCE, () => L.gru(recurrent)),
  one('GRU, dropout', SEQUENCE, () => L.gru({ ...recurrent, ...dropped }), { random: true }),
  one('LSTM', SEQUENCE, () => L.lstm(recurrent)),
  one('LSTM, dropout', SEQUENCE, () => L.lstm({ ...recurrent, ...dropped }), { random: true }),
  one('LSTM, sequences, backwards', SEQUENCE, () => L.lstm({ ...recurrent, returnSequences: true, goBackwards: true })),
  one('RNN of stacked cells', SEQUENCE, () =>
    L.rnn({ cell: L.stackedRNNCells({ cells: [L.lstmCell(recurrent), L.gruCell(recurrent)] }) }),
  ),
  one('TimeDistributed', SEQUENCE, () => L.timeDistributed({ layer: L.dense({ units: 3 }) })),
  one('Bidirectional', SEQUENCE, () => L.bidirectional({ layer: L.lstm(recurrent), mergeMode: 'concat' })),
  one('Bidirectional, sums of sequences', SEQUENCE, () =>
    L.bidirectional({ layer: L.gru({ ...recurrent, returnSequences: true }), mergeMode: 'sum' }),
  ),
  one('Attention of einsums', [6, 8], () => new Attention(false)),
  one('Attention of einsums, causal', [6, 8], () => new Attention(true)),
  one('Rescaling', IMAGE, () => L.rescaling({ scale: 0.5, offset: 0.1 })),
];

/** Builds the network around a layer. */
export function buildLayerNetwork({ inputShape, tokens = false, middle }: LayerNetwork): layers.LayersModel {
  const input = layers.input({ shape: [...inputShape], ...(tokens ? { dtype: 'int32' as const } : {}) });
  const before = tokens ? input : of(L.dense({ units: inputShape.at(-1)! }), input);
  const after = middle(before);
  const flat = after.shape.length > 2 ? of(L.flatten(), after) : after;
  return layers.model({ inputs: input, outputs: of(L.dense({ units: 3 }), flat) });
}

/** Makes examples for such a network. */
export function layerExamples({ inputShape, tokens = false }: LayerNetwork, count = 4): { x: tf.Tensor; y: tf.Tensor } {
  const size = count * tf.util.sizeFromShape([...inputShape]);
  const values = numbers(size, 3);
  const x = tokens
    ? tf.tensor(
        Int32Array.from(values, (value) => Math.floor((value + 1) * 4)),
        [count, ...inputShape],
        'int32',
      )
    : tf.tensor(values, [count, ...inputShape]);
  return { x, y: tf.tensor(numbers(count * 3, 4), [count, 3]) };
}
