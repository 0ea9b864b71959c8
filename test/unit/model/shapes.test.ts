import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';

const make = tfLayers.layers;
type Layer = tfLayers.layers.Layer;

beforeAll(() => tf.setBackend('cpu'));

/** Layers on an image of 12x10x4, a series of 7x5, and a vector of 6. */
const onImage: Layer[] = [
  make.conv2d({ filters: 3, kernelSize: [3, 2], strides: [2, 1], padding: 'same' }),
  make.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2 }),
  make.conv2d({ filters: 3, kernelSize: 3, useBias: false }),
  make.conv2dTranspose({ filters: 3, kernelSize: 4, strides: 3, padding: 'same' }),
  make.conv2dTranspose({ filters: 3, kernelSize: 4, strides: 3 }),
  make.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 3 }),
  make.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2 }),
  make.separableConv2d({ filters: 7, kernelSize: 3, depthMultiplier: 2 }),
  make.maxPooling2d({ poolSize: [3, 2] }),
  make.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
  make.averagePooling2d({ poolSize: 2, strides: [1, 2] }),
  make.globalAveragePooling2d({}),
  make.globalMaxPooling2d({}),
  make.flatten(),
  make.permute({ dims: [3, 1, 2] }),
  make.zeroPadding2d({
    padding: [
      [1, 2],
      [3, 4],
    ],
  }),
  make.zeroPadding2d({ padding: 2 }),
  make.cropping2D({
    cropping: [
      [1, 2],
      [0, 3],
    ],
  }),
  make.upSampling2d({ size: [2, 3] }),
  make.batchNormalization(),
  make.layerNormalization(),
  make.dropout({ rate: 0.1 }),
  make.activation({ activation: 'relu' }),
  make.reLU(),
  make.leakyReLU(),
  make.prelu(),
  make.softmax(),
  make.dense({ units: 5 }),
  make.timeDistributed({ layer: make.dense({ units: 3 }) }),
  make.elu(),
  make.thresholdedReLU(),
  make.gaussianNoise({ stddev: 1 }),
  make.gaussianDropout({ rate: 0.1 }),
  make.alphaDropout({ rate: 0.1 }),
  make.rescaling({ scale: 2 }),
];
const onFrames: Layer[] = [
  make.convLstm2d({ filters: 3, kernelSize: [3, 2], strides: 2 }),
  make.convLstm2d({ filters: 3, kernelSize: 3, padding: 'same', returnSequences: true }),
  make.conv3d({ filters: 3, kernelSize: [2, 3, 1], strides: [1, 2, 1] }),
  make.conv3dTranspose({ filters: 3, kernelSize: 3, strides: 2 }),
  make.conv3dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  make.maxPooling3d({ poolSize: 2 }),
  make.averagePooling3d({ poolSize: [1, 2, 3], strides: 1, padding: 'same' }),
  make.timeDistributed({ layer: make.conv2d({ filters: 2, kernelSize: 3 }) }),
  make.timeDistributed({
    layer: tfLayers.sequential({
      layers: [
        make.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 5, 2] }),
        make.flatten(),
        make.dense({ units: 4 }),
      ],
    }),
  }),
];
const onChannelsFirst: Layer[] = [
  make.conv2d({ filters: 3, kernelSize: 3, strides: 2, dataFormat: 'channelsFirst' }),
  make.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 3, dataFormat: 'channelsFirst' }),
  make.maxPooling2d({ poolSize: [3, 2], dataFormat: 'channelsFirst' }),
  make.globalAveragePooling2d({ dataFormat: 'channelsFirst' }),
  make.upSampling2d({ size: [2, 3], dataFormat: 'channelsFirst' }),
  make.zeroPadding2d({ padding: 2, dataFormat: 'channelsFirst' }),
  make.flatten({ dataFormat: 'channelsFirst' }),
];
const onSeries: Layer[] = [
  make.conv1d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  make.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 }),
  make.maxPooling1d({ poolSize: 2 }),
  make.averagePooling1d({ poolSize: 3, strides: 2 }),
  make.globalAveragePooling1d({}),
  make.globalMaxPooling1d({}),
  make.simpleRNN({ units: 4 }),
  make.gru({ units: 4, returnSequences: true }),
  make.lstm({ units: 4 }),
  make.bidirectional({ layer: make.lstm({ units: 4, returnSequences: true }), mergeMode: 'concat' }),
  make.bidirectional({ layer: make.gru({ units: 4 }), mergeMode: 'sum' }),
  make.timeDistributed({ layer: make.dense({ units: 3 }) }),
  make.spatialDropout1d({ rate: 0.1 }),
  make.masking(),
  make.rnn({ cell: make.lstmCell({ units: 3 }), returnSequences: true }),
  make.rnn({
    cell: make.stackedRNNCells({ cells: [make.gruCell({ units: 3 }), make.simpleRNNCell({ units: 2 })] }),
  }),
];
const onVector: Layer[] = [
  make.dense({ units: 9 }),
  make.repeatVector({ n: 3 }),
  make.embedding({ inputDim: 8, outputDim: 3 }),
  make.reshape({ targetShape: [3, 2] }),
  make.activation({ activation: 'softmax' }),
  make.categoryEncoding({ numTokens: 9, outputMode: 'multiHot' }),
];
const cases = [
  ...onImage.map((layer) => [layer, [12, 10, 4]] as const),
  ...onFrames.map((layer) => [layer, [4, 6, 5, 2]] as const),
  ...onChannelsFirst.map((layer) => [layer, [4, 9, 7]] as const),
  ...onSeries.map((layer) => [layer, [7, 5]] as const),
  ...onVector.map((layer) => [layer, [6]] as const),
].map(([layer, inputShape], i) => ({ title: `${i} ${layer.getClassName()}`, layer, inputShape }));

const product = (sizes: readonly (number | null)[]): number =>
  sizes.reduce<number>((all, size) => all * (size ?? NaN), 1);

/** Every weight of a matrix or kernel is multiplied once at each place: places are told apart by the type of the layer. */
function countedMacs(layer: Layer, inputShape: readonly number[]): number {
  const type = layer.getClassName();
  const weights = layer.weights.filter(({ shape }) => shape.length > 1 && !['Embedding', 'PReLU'].includes(type));
  const multiplied = weights.reduce((sum, { shape }) => sum + product(shape), 0);
  const output = layer.outputShape as (number | null)[];
  const first = (layer.getConfig()['dataFormat'] as string | undefined) === 'channelsFirst';
  const inner = (layer as Layer & { layer?: Layer }).layer?.getClassName();
  if (type === 'TimeDistributed' && inner === 'Sequential') return 4 * (4 * 3 * 36 + 4 * 3 * 2 * 4);
  if (type === 'ConvLSTM2D') return inputShape[0]! * product(output.slice(-3, -1)) * multiplied;
  if (/RNN|LSTM|GRU|Bidirectional/.test(type)) return inputShape[0]! * multiplied;
  if (type.endsWith('Transpose')) return product(inputShape.slice(0, -1)) * multiplied;
  const places = first ? output.slice(2) : output.slice(1, -1);
  return multiplied === 0 ? 0 : product(places) * multiplied;
}

describe('figures of a layer', () => {
  it.each(cases)('$title has the shape and parameters that TensorFlow.js gives it', ({ layer, inputShape }) => {
    const input = tfLayers.input({ shape: [...inputShape] });
    const model = tfLayers.model({ inputs: input, outputs: layer.apply(input) as tfLayers.SymbolicTensor });
    const graph = readGraph(fromLayersModel(model));
    expect(graph.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    const found = graph.layers[1]!;
    expect(found.outputShape).toEqual(layer.outputShape);
    expect(found.params).toBe(layer.countParams());
    expect(found.macs).toBe(countedMacs(layer, inputShape));
  });

  it('follow the states of a recurrent layer into another', () => {
    const [a, b] = [tfLayers.input({ shape: [7, 5] }), tfLayers.input({ shape: [3, 5] })];
    const encoder = make.lstm({ units: 4, returnState: true });
    const states = (encoder.apply(a) as tfLayers.SymbolicTensor[]).slice(1);
    const decoder = make.lstm({ units: 4, returnSequences: true });
    const out = decoder.apply([b, ...states]) as tfLayers.SymbolicTensor;
    const graph = readGraph(fromLayersModel(tfLayers.model({ inputs: [a, b], outputs: out })));
    expect(graph.layers.find(({ name }) => name === decoder.name)).toMatchObject({
      outputShape: [null, 3, 4],
      macs: 3 * 4 * 4 * 9,
    });
  });

  it('count each call of a shared layer, and its weights once', () => {
    const [a, b] = [tfLayers.input({ shape: [4, 6] }), tfLayers.input({ shape: [2, 6] })];
    const encoder = tfLayers.sequential({ layers: [make.dense({ units: 6, inputShape: [null, 6], name: 'e' })] });
    const shared = make.dense({ units: 6, name: 's' });
    const twice = (x: tfLayers.SymbolicTensor) =>
      shared.apply(shared.apply(encoder.apply(x))) as tfLayers.SymbolicTensor;
    const graph = readGraph(fromLayersModel(tfLayers.model({ inputs: [a, b], outputs: [twice(a), twice(b)] })));
    const figures = Object.fromEntries(graph.layers.map(({ name, macs, params }) => [name, [macs, params]]));
    expect(figures).toMatchObject({ e: [6 * 36, 42], s: [2 * 6 * 36, 42] });
  });

  it('counts the multiply-accumulates of dense, convolutional, separable and recurrent layers', () => {
    const macs = (layer: Layer, shape: number[]) => {
      const input = tfLayers.input({ shape });
      const model = tfLayers.model({ inputs: input, outputs: layer.apply(input) as tfLayers.SymbolicTensor });
      return readGraph(fromLayersModel(model)).layers[1]!.macs;
    };
    expect(macs(make.dense({ units: 9 }), [6])).toBe(6 * 9);
    expect(macs(make.dense({ units: 9 }), [5, 6])).toBe(5 * 6 * 9);
    expect(macs(make.conv2d({ filters: 8, kernelSize: 3, padding: 'same' }), [10, 12, 4])).toBe(10 * 12 * 8 * 9 * 4);
    expect(macs(make.conv2d({ filters: 8, kernelSize: 3, strides: 2 }), [9, 9, 4])).toBe(4 * 4 * 8 * 9 * 4);
    expect(macs(make.conv2dTranspose({ filters: 8, kernelSize: 3 }), [5, 5, 4])).toBe(5 * 5 * 8 * 9 * 4);
    expect(macs(make.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), [5, 5, 4])).toBe(3 * 3 * 9 * 8);
    expect(macs(make.separableConv2d({ filters: 7, kernelSize: 3 }), [5, 5, 4])).toBe(3 * 3 * 4 * (9 + 7));
    expect(macs(make.lstm({ units: 4 }), [7, 5])).toBe(7 * 4 * 4 * (5 + 4));
    expect(macs(make.maxPooling2d({}), [4, 4, 1])).toBe(0);
  });

  it('joins inputs as TensorFlow.js does', () => {
    const [a, b, c] = [
      tfLayers.input({ shape: [4, 3] }),
      tfLayers.input({ shape: [4, 3] }),
      tfLayers.input({ shape: [2, 3] }),
    ];
    const added = make.add().apply([a, b]) as tfLayers.SymbolicTensor;
    const joined = make.concatenate({ axis: 1 }).apply([added, c]) as tfLayers.SymbolicTensor;
    const dotted = make.dot({ axes: 2 }).apply([a, c]) as tfLayers.SymbolicTensor;
    const model = tfLayers.model({ inputs: [a, b, c], outputs: [joined, dotted] });
    const graph = readGraph(fromLayersModel(model));
    const shapes = Object.fromEntries(graph.layers.map(({ type, outputShape }) => [type, outputShape]));
    expect(shapes).toMatchObject({ Add: added.shape, Concatenate: [null, 6, 3], Dot: dotted.shape });
    expect(graph.layers.find(({ type }) => type === 'Dot')?.macs).toBe(4 * 2 * 3);
    expect(graph.outputs).toBe(2);
    expect(graph.inputs).toEqual([
      [null, 4, 3],
      [null, 4, 3],
      [null, 2, 3],
    ]);
  });

  it('knows more than TensorFlow.js of reshaping and of causal padding', () => {
    const shapes = (inputShape: number[], layer: object) =>
      readGraph({
        tensors: new Map(),
        modelTopology: {
          class_name: 'Sequential',
          config: {
            layers: [
              { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, ...inputShape] } },
              layer,
            ],
          },
        },
      }).layers[1]!.outputShape;
    expect(shapes([12, 10], { class_name: 'Reshape', config: { name: 'r', target_shape: [20, -1] } })).toEqual([
      null,
      20,
      6,
    ]);
    const causal = { name: 'c', filters: 3, kernel_size: [3], padding: 'causal', dilation_rate: [2] };
    expect(shapes([7, 5], { class_name: 'Conv1D', config: causal })).toEqual([null, 7, 3]);
  });

  it('stays open where a size is open, and unknown behind an unknown layer', () => {
    const graph = readGraph({
      tensors: new Map(),
      modelTopology: {
        class_name: 'Sequential',
        config: {
          layers: [
            {
              class_name: 'Conv2D',
              config: { name: 'c', filters: 2, kernel_size: [3, 3], batch_input_shape: [null, null, null, 3] },
            },
            { class_name: 'Flatten', config: { name: 'f' } },
            { class_name: 'Sharpen', config: { name: 's' } },
            { class_name: 'Dense', config: { name: 'd', units: 2 } },
          ],
        },
      },
    });
    expect(graph.layers.map(({ outputShape, macs }) => [outputShape, macs])).toEqual([
      // For pictures of 224x224, the assumed size where sizes are open.
      [[null, null, null, 2], 222 * 222 * 9 * 3 * 2],
      [[null, null], 0],
      [null, null],
      [null, null],
    ]);
    expect(graph.unknown).toEqual([{ name: 's', type: 'Sharpen' }]);
  });
});
