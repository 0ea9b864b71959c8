import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { WeightSwap } from '../../../src/engine/model/weight-swap';
import { toLayersModel } from '../layers-model';
import { whyNotRunnable } from '../../../src/engine/model/runnable';
import { tinyModel, tinyWeights, writeRaw, type RawLayer, type RawModel } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

beforeAll(() => tf.setBackend('cpu'));

const read = async (model: RawModel, weights = tinyWeights()) =>
  readCheckpoint(await writeRaw(await temporaryFolder(), model, weights));

const functional = (layers: RawLayer[]): RawModel => ({
  ...tinyModel(),
  modelTopology: {
    class_name: 'Functional',
    config: { name: 'm', layers, input_layers: [['x', 0, 0]], output_layers: [['logits', 0, 0]] },
  },
});
const input = {
  class_name: 'InputLayer',
  name: 'x',
  config: { name: 'x', batch_input_shape: [null, 36] },
  inbound_nodes: [],
};
const dense = (from: unknown[]) => ({
  class_name: 'Dense',
  name: 'logits',
  config: { name: 'logits', units: 3, use_bias: true },
  inbound_nodes: from,
});

describe('whether a model can be run', () => {
  it('is said in one sentence, and loading fails with the same', async () => {
    const unknown = tinyModel();
    unknown.modelTopology.config.layers.push({ class_name: 'Sharpen', config: { name: 's' } });
    const keras3 = (config: Record<string, unknown>) => {
      const last = dense([[['x', 0, 0, {}]]]);
      return functional([
        { ...input, config: { name: 'x', batch_shape: [null, 36] } },
        { ...last, config: { ...last.config, ...config } },
      ]);
    };
    const stateful = tinyModel();
    stateful.modelTopology.config.layers.splice(1, 1, {
      class_name: 'LSTM',
      config: { name: 'l', units: 3, stateful: true },
    });
    const graphModel = { ...tinyModel(), format: 'graph-model' };
    const strangeActivation = tinyModel();
    strangeActivation.modelTopology.config.layers[1]!.config['activation'] = 'swoosh';
    const loading = toLayersModel(await read(strangeActivation));
    await expect(loading).rejects.toThrow(/^TensorFlow\.js cannot rebuild the model \(Unknown activation: swoosh\): /);
    const strangeType = tinyModel();
    strangeType.modelTopology.config.layers[0]!.config['dtype'] = 9007199254740992;
    for (const [model, sentence] of [
      [strangeType, /^The layer "flatten" has the number type 9007199254740992, .*\.$/],
      [unknown, /^The layer "s" has the type "Sharpen", which TensorFlow\.js does not know, .*\.$/],
      [
        keras3({ activation: 'glu' }),
        /^The layer "logits" has the activation "glu", which TensorFlow\.js does not know, .*\.$/,
      ],
      [
        keras3({ activity_regularizer: { class_name: 'L2' } }),
        /^The layer "logits" has activity_regularizer set to .*\.$/,
      ],
      [stateful, /^The layer "l" is stateful, .*\.$/],
      [graphModel, /^This model is not a LayersModel, .*\.$/],
    ] as const) {
      const checkpoint = await read(model);
      expect(whyNotRunnable(checkpoint)).toMatch(sentence);
      await expect(toLayersModel(checkpoint)).rejects.toThrow(whyNotRunnable(checkpoint));
    }
    expect(whyNotRunnable(await read(tinyModel()))).toBeUndefined();
    for (const model of [
      functional([input, dense([[['x', 0, 0, {}]]])]),
      functional([input, dense([['x', 0, 0, {}]])]),
      keras3({}),
    ]) {
      const checkpoint = await read(model);
      expect(whyNotRunnable(checkpoint)).toBeUndefined();
      (await toLayersModel(checkpoint)).dispose();
    }
  });

  it('is found out by trying where the description does not tell', async () => {
    const wrong = tinyModel();
    wrong.modelTopology.config.layers[1]!.config['activation'] = 'unheard of';
    await expect(toLayersModel(await read(wrong))).rejects.toThrow(
      /^TensorFlow\.js cannot rebuild the model \(Unknown activation: unheard of.*\): convert it again\.$/,
    );
    await expect(toLayersModel(await read(tinyModel(), tinyWeights().fill(NaN)))).rejects.toThrow(
      /^The tensor "logits\/kernel" holds NaN/,
    );
    await expect(toLayersModel(await read(tinyModel(), tinyWeights().fill(Infinity, 110)))).rejects.toThrow(
      /^The tensor "logits\/bias" holds infinite/,
    );
  });
});

describe('a model that runs', () => {
  it('answers as its weights say', async () => {
    const checkpoint = await read(tinyModel());
    const model = await toLayersModel(checkpoint);
    const output = model.predict(tf.zeros([1, 6, 6, 1])) as tf.Tensor;
    expect(Array.from(await output.data())).toEqual([...checkpoint.tensors.get('logits/bias')!.data]);
    model.dispose();
  });

  it('draws anew at each step where its dropout has a seed', async () => {
    const model = tinyModel();
    const dropout = { class_name: 'Dropout', config: { name: 'drop', rate: 0.5, seed: 7 } };
    model.modelTopology.config.layers.splice(1, 0, dropout);
    const runnable = await toLayersModel(await read(model));
    const drop = runnable.layers.find(({ name }) => name === 'drop')!;
    const [one, other] = [1, 2].map(() => (drop.apply(tf.ones([1, 64]), { training: true }) as tf.Tensor).dataSync());
    runnable.dispose();
    expect(one).not.toEqual(other);
  });

  it('has the weights of its file where its description constrains them', async () => {
    const constrained = tfLayers.sequential({
      layers: [
        tfLayers.layers.dense({
          ...{ units: 2, inputShape: [3], kernelConstraint: 'unitNorm' },
          biasConstraint: tfLayers.constraints.maxNorm({ maxValue: 0.5 }),
        }),
      ],
    });
    const content = fromLayersModel(constrained);
    const tensors = new Map(
      [...content.tensors].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map((_, i) => i + 1) }]),
    );
    const swap = await WeightSwap.build({ ...content, tensors });
    const weights = () =>
      swap.exclusively((network) =>
        Promise.resolve([...network.variables.values()].map(({ variable }) => [...variable.dataSync()])),
      );
    expect(await weights()).toEqual([[1, 2, 3, 4, 5, 6], [1, 2]]); // prettier-ignore
    swap.set(content.tensors);
    expect(await weights()).toEqual(Array.from(content.tensors.values(), ({ data }) => [...data]));
    swap.dispose();
  });

  it('leaves no tensor behind when it is disposed of', async () => {
    const checkpoint = await read(tinyModel());
    const before = tf.memory().numTensors;
    (await toLayersModel(checkpoint)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is known to put out logits or probabilities', () => {
    const ending = (...last: tfLayers.layers.Layer[]) => {
      const layers = [tfLayers.layers.dense({ units: 3, inputShape: [2] }), ...last];
      return readGraph(fromLayersModel(tfLayers.sequential({ layers }))).output;
    };
    const { activation, dense: denseLayer, dropout, reshape, softmax } = tfLayers.layers;
    const { flatten, globalAveragePooling1d, timeDistributed } = tfLayers.layers;
    expect(ending()).toBe('logits');
    expect(ending(denseLayer({ units: 3, activation: 'softmax' }))).toBe('probabilities');
    expect(ending(activation({ activation: 'sigmoid' }))).toBe('probabilities');
    expect(ending(softmax(), dropout({ rate: 0.5 }), reshape({ targetShape: [3, 1] }))).toBe('probabilities');
    expect(ending(activation({ activation: 'relu' }))).toBe('logits');
    expect(ending(softmax(), activation({ activation: 'linear' }))).toBe('probabilities');
    expect(ending(softmax(), denseLayer({ units: 3 }))).toBe('logits');
    const inPlaces = denseLayer({ units: 3, activation: 'softmax' });
    const steps = [reshape({ targetShape: [3, 1] }), timeDistributed({ layer: inPlaces })];
    expect(ending(...steps)).toBe('probabilities');
    expect(ending(...steps, globalAveragePooling1d())).toBe('probabilities');
    // Probabilities of several places side by side sum to more than 1.
    expect(ending(...steps, flatten())).toBe('open');
  });

  it('is known by what several networks compute together', () => {
    const { add, average, concatenate, dense: denseLayer, maximum, minimum, multiply } = tfLayers.layers;
    const image = tfLayers.input({ shape: [2] });
    const head = (activation?: 'softmax') =>
      tfLayers
        .sequential({ layers: [denseLayer({ units: 3, inputShape: [2], ...(activation ? { activation } : {}) })] })
        .apply(image) as tfLayers.SymbolicTensor;
    const kind = (outputs: unknown) =>
      readGraph(fromLayersModel(tfLayers.model({ inputs: image, outputs: outputs as tfLayers.SymbolicTensor }))).output;
    expect(kind(average().apply([head('softmax'), head('softmax')]))).toBe('probabilities');
    expect(kind(average().apply([head(), head()]))).toBe('logits');
    expect(kind(average().apply([head(), head('softmax')]))).toBe('open');
    // A cross-entropy divides such shares by their sum, in Keras and here.
    for (const merge of [add, maximum, minimum, multiply]) {
      expect(kind(merge().apply([head('softmax'), head('softmax')]))).toBe('probabilities');
      expect(kind(merge().apply([head('softmax'), head()]))).toBe('open');
    }
    expect(kind(concatenate().apply([head('softmax'), head('softmax')]))).toBe('open');
  });

  it.each([
    ['2.15.0', 'Conv1D', { filters: 4, groups: 2 }, 'has groups set to 2'],
    ['3.0.0', 'Conv1D', { filters: 4, groups: 2 }, 'has groups set to 2'],
    ['3.0.0', 'Conv3DTranspose', { filters: 4, output_padding: [1, 1, 1] }, 'has output_padding set to [1,1,1]'],
  ])('of Keras %s does not run where TensorFlow.js would compute a %s otherwise', (version, type, more, fault) => {
    const config = { name: 'c', kernel_size: [3, 3], use_bias: false, batch_input_shape: [null, 8, 8, 2], ...more };
    const layers = [{ class_name: type, config }];
    const modelTopology = { keras_version: version, model_config: { class_name: 'Sequential', config: { layers } } };
    expect(whyNotRunnable({ modelTopology, tensors: new Map() })).toBe(
      `The layer "c" ${fault}, which TensorFlow.js does not know, so the model can be inspected and pruned but not evaluated or trained.`,
    );
  });
});
