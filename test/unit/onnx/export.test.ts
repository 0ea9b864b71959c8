import path from 'node:path';
import { OnnxSession } from 'tfjs-backend-onnxruntime';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { gridOf } from '../../../src/engine/compress/quantize/calibrate-activations';
import { quantized } from '../../../src/engine/compress/quantize/quantize';
import { activationGrids, withActivationGrids } from '../../../src/engine/model/activation-grids';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { INFERENCE } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { exportOnnx } from '../../../src/engine/onnx/export';
import { tf } from '../../../src/engine/tf';
import { readGraph } from '../../../src/engine/model/graph';
import { inputValues } from '../../../src/engine/model/input-values';
import { filled } from '../random-networks';
import { CASES, contentOf, distance, fixture as kerasCase, largest } from '../model/layers/fixture';
import { QuantizeStep } from '../../../src/protocol/steps/quantize';

beforeAll(() => tf.setBackend('cpu'));

const { layers } = tfLayers;
const fixture = (name: string): Promise<ModelContent> =>
  readCheckpoint(path.resolve('test/fixtures/keras', name, 'model.json'));

/** Runs a model in TensorFlow.js and its file in ONNX Runtime on the same noise, and returns the outputs of both. */
async function both(model: ModelContent, batch = 3): Promise<{ expected: Float32Array[]; found: Float32Array[] }> {
  const exported = exportOnnx(model);
  if (typeof exported === 'string') throw new Error(exported);
  const network = await toNetwork(model);
  const session = OnnxSession.open(exported.bytes, { threads: 1 });
  try {
    const shapes = network.inputs.map(({ shape }) => [batch, ...shape.slice(1).map((size) => size ?? 12)]);
    const taken = inputValues(readGraph(model));
    const inputs = shapes.map((shape, i) => {
      const values = taken[i]!;
      if (values.kind === 'rows')
        return tf.tidy(() => tf.floor(tf.randomUniform(shape, 0, values.rows, 'float32', 3 + i)));
      return tf.randomNormal(shape, 0, 1, 'float32', 3 + i);
    });
    const outputs = tf.tidy(() => network.forward(inputs, INFERENCE));
    const feeds = Object.fromEntries(
      exported.inputs.map((name, i) => [name, { data: inputs[i]!.dataSync<'float32'>(), shape: shapes[i]! }]),
    );
    const answers = session.run(feeds, exported.outputs);
    const expected = outputs.map((output) => output.dataSync<'float32'>().slice());
    tf.dispose([inputs, outputs]);
    return { expected, found: exported.outputs.map((name) => answers.get(name)!) };
  } finally {
    session.dispose();
    network.dispose();
  }
}

/** The largest difference, as a share of the range of an output, or of a tenth of its size. */
function apart({ expected, found }: { expected: Float32Array[]; found: Float32Array[] }): number {
  const shares = expected.map((values, i) => {
    expect(found[i]!.length).toBe(values.length);
    const range = Math.max(Math.max(...values) - Math.min(...values), largest([...values]) / 10);
    return Math.max(...values.map((value, k) => Math.abs(value - found[i]![k]!))) / (range || 1);
  });
  return Math.max(...shares);
}

/** Quantizes weights and activations, on ranges that fit the noise. */
async function inInt8(model: ModelContent): Promise<ModelContent> {
  const done = quantized(model, QuantizeStep.parse({ step: 'quantize', bits: 'int8' }));
  const network = await toNetwork(done.model);
  const ranges = new Map<string, { least: number; most: number }>();
  const ends = network.kernelLayers(done.grids.keys()).map((layer) =>
    layer.watch((input) => {
      const values = input.dataSync();
      ranges.set(layer.name, { least: Math.min(0, ...values), most: Math.max(0, ...values) });
    }),
  );
  tf.tidy(() => {
    const shapes = network.inputs.map(({ shape }) => [3, ...shape.slice(1).map((size) => size ?? 12)]);
    network.forward(
      shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', 3 + i)),
      INFERENCE,
    );
  });
  for (const end of ends) end();
  network.dispose();
  return withActivationGrids(done.model, new Map([...ranges].map(([name, range]) => [name, gridOf(range)])));
}

const convolutions = (): ModelContent => {
  const input = tfLayers.input({ shape: [12, 12, 3] });
  const seeded = (seed: number) => ({ kernelInitializer: tfLayers.initializers.glorotUniform({ seed }) });
  const apply = (layer: tfLayers.layers.Layer, ...given: tfLayers.SymbolicTensor[]): tfLayers.SymbolicTensor =>
    layer.apply(given.length === 1 ? given[0]! : given) as tfLayers.SymbolicTensor;
  const padded = apply(layers.zeroPadding2d({ padding: [[0, 1], [2, 0]] }), input); // prettier-ignore
  const wide = apply(
    layers.conv2d({ filters: 8, kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'relu6', ...seeded(1) }),
    padded,
  );
  const deep = apply(
    layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2, depthwiseInitializer: tfLayers.initializers.glorotUniform({ seed: 2 }) }), // prettier-ignore
    wide,
  );
  const normal = apply(
    layers.batchNormalization({
      gammaInitializer: tfLayers.initializers.randomUniform({ minval: -2, maxval: 2, seed: 9 }),
      movingMeanInitializer: tfLayers.initializers.randomUniform({ minval: -1, maxval: 1, seed: 8 }),
    }),
    deep,
  );
  const thin = apply(layers.conv2d({ filters: 8, kernelSize: 1, activation: 'elu', ...seeded(3) }), normal);
  const sum = apply(layers.add(), thin, wide);
  const pooled = apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), sum);
  const mean = apply(layers.globalAveragePooling2d({}), apply(layers.averagePooling2d({ poolSize: 2, padding: 'same', strides: 1 }), pooled)); // prettier-ignore
  const flat = apply(layers.flatten(), apply(layers.cropping2D({ cropping: [[1, 0], [0, 1]] }), pooled)); // prettier-ignore
  const all = apply(layers.concatenate(), mean, flat);
  const classes = apply(
    layers.dense({ units: 4, activation: 'softmax', ...seeded(4) }),
    apply(layers.dropout({ rate: 0.5 }), all),
  );
  const side = apply(layers.dense({ units: 2, useBias: false, activation: 'tanh', ...seeded(5) }), mean);
  const model = tfLayers.model({ inputs: input, outputs: [classes, side] });
  const content = fromLayersModel(model);
  model.dispose();
  return content;
};

const series = (): ModelContent => {
  const model = tfLayers.sequential({
    layers: [
      layers.conv1d({ filters: 6, kernelSize: 3, dilationRate: 2, inputShape: [15, 4], activation: 'swish' }),
      layers.maxPooling1d({ poolSize: 2 }),
      layers.dense({ units: 5, activation: 'hardSigmoid' }),
      layers.permute({ dims: [2, 1] }),
      layers.reshape({ targetShape: [25] }),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.dense({ units: 3 }),
    ],
  });
  const content = fromLayersModel(model);
  model.dispose();
  return content;
};

/** Transposed convolutions with windows longer and shorter than their strides. */
const spread = (): ModelContent => {
  const model = tfLayers.sequential({
    layers: [
      layers.conv2dTranspose({ filters: 5, kernelSize: [4, 3], strides: 2, padding: 'same', inputShape: [5, 4, 3] }),
      layers.layerNormalization(),
      layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3, padding: 'same', activation: 'relu' }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'valid', useBias: false }),
    ],
  });
  const content = fromLayersModel(model);
  model.dispose();
  return content;
};

/** A depthwise convolution that Keras writes in groups, a scale for each channel, and a GELU. */
const block = (): ModelContent => {
  const random = (seed: number, ...shape: number[]): Tensor['data'] =>
    tf.tidy(() => tf.randomUniform(shape, -1, 1, 'float32', seed).dataSync<'float32'>().slice());
  const described = (class_name: string, name: string, config: object) => ({ class_name, config: { name, ...config } });
  const layersOf = [
    described('Normalization', 'standard', { axis: [-1], mean: [0.1, 0.2, 0.3, -0.4, -0.5, 0], variance: [1, 2, 3, 0.5, 1, 1], batch_input_shape: [null, 5, 4, 6] }), // prettier-ignore
    described('Conv2D', 'deep', { filters: 6, groups: 6, kernel_size: [3, 3], strides: [1, 1], padding: 'same', activation: 'linear', use_bias: true }), // prettier-ignore
    described('LayerNormalization', 'normal', { axis: [-1], epsilon: 1e-6, center: true, scale: true }),
    described('Dense', 'wide', { units: 12, activation: 'linear', use_bias: false }),
    described('Activation', 'gelu', { activation: 'gelu' }),
    described('LayerScale', 'scaled', { init_values: 1e-6, projection_dim: 12 }),
    described('PReLU', 'slopes', { shared_axes: [1, 2] }),
  ];
  const shapes = { 'deep/kernel': [3, 3, 1, 6], 'deep/bias': [6], 'normal/gamma': [6], 'normal/beta': [6], 'wide/kernel': [6, 12], 'scaled/gamma': [12], 'slopes/alpha': [1, 1, 12] }; // prettier-ignore
  const tensors = Object.entries(shapes).map(([name, shape], i): [string, Tensor] => [
    name,
    { name, shape, dtype: 'float32', data: random(i, ...shape) },
  ]);
  return {
    modelTopology: { class_name: 'Sequential', config: { name: 'block', layers: layersOf }, keras_version: '2.15.0' },
    tensors: new Map(tensors),
  };
};

const recurrent = (): ModelContent => {
  const uniform = (seed: number) => tfLayers.initializers.randomUniform({ minval: -1, maxval: 1, seed });
  const all = (seed: number) => ({ kernelInitializer: uniform(seed), recurrentInitializer: uniform(seed + 1), biasInitializer: uniform(seed + 2) }); // prettier-ignore
  const model = tfLayers.sequential({
    layers: [
      layers.lstm({ units: 5, returnSequences: true, recurrentActivation: 'sigmoid', inputShape: [7, 3], ...all(1) }),
      layers.gru({ units: 4, returnSequences: true, ...all(4) }),
      layers.simpleRNN({ units: 6, activation: 'relu', returnSequences: true, ...all(7) }),
      layers.lstm({ units: 3, ...all(10) }),
    ],
  });
  const content = fromLayersModel(model);
  model.dispose();
  return content;
};

/** Recurrent layers in both directions, and a series that goes backwards; their weights are random. */
const directions = (merge: 'concat' | 'sum' | 'mul' | 'ave'): ModelContent => {
  const input = tfLayers.input({ shape: [6, 3] });
  const both = (layer: tfLayers.layers.Layer, mergeMode: typeof merge) =>
    layers.bidirectional({ layer, mergeMode } as never);
  const apply = (layer: tfLayers.layers.Layer, given: tfLayers.SymbolicTensor) =>
    layer.apply(given) as tfLayers.SymbolicTensor;
  const steps = apply(both(layers.lstm({ units: 4, returnSequences: true }), merge), input);
  const back = apply(layers.gru({ units: 5, returnSequences: true, goBackwards: true }), steps);
  const last = apply(both(layers.gru({ units: 3, recurrentActivation: 'sigmoid' }), merge), back);
  const simple = apply(both(layers.simpleRNN({ units: 2, activation: 'tanh' }), merge), steps);
  const end = apply(layers.lstm({ units: 2, goBackwards: true }), steps);
  const model = tfLayers.model({ inputs: input, outputs: [last, simple, end] });
  const content = filled(fromLayersModel(model));
  model.dispose();
  return content;
};

/** Words of any number, looked up. */
const words = ({ maskZero }: { maskZero: boolean }): ModelContent => {
  const model = tfLayers.sequential({
    layers: [
      layers.embedding({ name: 'words', inputDim: 9, outputDim: 4, maskZero, inputShape: [null] }),
      layers.bidirectional({ layer: layers.lstm({ units: 3 }), mergeMode: 'concat' } as never),
    ],
  });
  const content = filled(fromLayersModel(model));
  model.dispose();
  return content;
};

describe('an ONNX file', () => {
  it.each([
    ['images', convolutions],
    ['series', series],
    ['transposed convolutions', spread],
    ['recurrent layers', recurrent],
    ['a block of ConvNeXt', block],
    ['the Keras model inverted', () => fixture('inverted')],
    ['the Keras model residual', () => fixture('residual')],
    ['the Keras model sequential', () => fixture('sequential')],
    ['the Keras model several', () => fixture('several')],
    ['the Keras model branches', () => fixture('branches')],
    ['a GRU of Keras 2 that resets after the product', () => fixture('../cases/k2-gru')],
    ['a layer normalization of Keras', () => fixture('../cases/ln-tiny')],
    ['an embedding of words', () => fixture('../cases/text-lstm')],
    ['an embedding without a shape for its words', () => words({ maskZero: false })],
  ])('of %s answers as TensorFlow.js does', async (_, make) => {
    expect(apart(await both(await make()))).toBeLessThan(2e-6);
  });

  it.each(['concat', 'sum', 'mul', 'ave'] as const)(
    'of both directions of a series, joined by %s, does too',
    async (merge) => {
      expect(apart(await both(directions(merge)))).toBeLessThan(2e-6);
    },
  );

  it('of layers that Keras describes answers as Keras did, or says what has no counterpart', () => {
    const written: string[] = [];
    const run = <T>(name: string, work: () => T): T => {
      try {
        return work();
      } catch (error) {
        throw new Error(`ONNX Runtime refuses the file of ${name}`, { cause: error });
      }
    };
    for (const name of CASES) {
      const given = kerasCase(name);
      const exported = exportOnnx(contentOf(given));
      if (typeof exported === 'string') {
        expect(exported).toMatch(/^The model is not written as an ONNX file, because its layer ".+" .+\.$/);
        continue;
      }
      written.push(name);
      const session = OnnxSession.open(exported.bytes, { threads: 1 });
      const feeds = exported.inputs.map((input, i): [string, { data: Float32Array; shape: number[] }] => {
        const { values, shape } = given.inputs[i]!;
        return [input, { data: Float32Array.from(values), shape }];
      });
      const answers = run(name, () => session.run(Object.fromEntries(feeds), exported.outputs));
      session.dispose();
      for (const [i, output] of exported.outputs.entries())
        expect([name, distance(answers.get(output)!, given.outputs[i]!.values)]).toEqual([name, expect.closeTo(0, 5)]);
    }
    const attending = CASES.filter((name) => name.includes('multi-head-attention') && !name.includes('image'));
    expect(written).toEqual(expect.arrayContaining(attending));
    expect(attending.length).toBeGreaterThan(6);
    expect(written.filter((name) => name.startsWith('masked'))).toEqual([]);
  });

  it.each([
    ['images', convolutions],
    ['the Keras model inverted', () => fixture('inverted')],
    ['the Keras model residual', () => fixture('residual')],
    ['the Keras model sequential', () => fixture('sequential')],
  ])('of %s in 8 bits answers as the simulation does, to a step', async (_, make) => {
    const plain = await make();
    const model = await inInt8(plain);
    expect(activationGrids(model).size).toBeGreaterThan(1);
    const answers = await both(model);
    expect(apart(answers)).toBeLessThan(1 / 255);
    // The test can fail: in floating point the outputs are others.
    const { expected } = await both(plain);
    expect(apart({ expected, found: answers.expected })).toBeGreaterThan(1e-4);
  });

  it('takes any number of examples', async () => {
    for (const batch of [1, 7]) expect(apart(await both(convolutions(), batch))).toBeLessThan(2e-6);
  });

  it('names the layer that has no counterpart', async () => {
    expect(exportOnnx(words({ maskZero: true }))).toBe(
      'The model is not written as an ONNX file, because its layer "words" masks steps.',
    );
    expect(exportOnnx(await fixture('archive'))).toBe(
      'The model is not written as an ONNX file, because its layer "time_distributed" is of a kind (TimeDistributed) that has no counterpart there.',
    );
  });
});
