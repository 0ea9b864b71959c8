import { beforeAll, describe, expect, it } from 'vitest';
import { requireShallow } from '../../../src/engine/checkpoint/json-depth';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toLayersModel } from '../layers-model';
import { whyNotRunnable } from '../../../src/engine/model/runnable';
import { validateDescription, validateWeights } from '../../../src/engine/model/layers-model/validate/index';
import { whyTooLarge } from '../../../src/engine/model/layers-model/validate/memory';

const make = tfLayers.layers;

beforeAll(() => tf.setBackend('cpu'));

const layer = (type: string, config: object, inputShape?: (number | null)[]) => ({
  class_name: type,
  config: { name: type, ...config, ...(inputShape ? { batch_input_shape: [null, ...inputShape] } : {}) },
});
const sequential = (...layers: object[]) => ({ class_name: 'Sequential', config: { name: 'm', layers } });

describe('a description with sizes that no layer can have is refused', () => {
  it.each([
    [layer('Dense', { units: 0 }, [4]), 'the layer "Dense" has the size 0 as its units'],
    [layer('Dense', { units: -3 }, [4]), 'has the size -3 as its units'],
    [layer('Dense', { units: 1.5 }, [4]), 'has the size 1.5 as its units'],
    [layer('Dense', { units: 1e9 }, [4]), 'has the size 1000000000 as its units'],
    [layer('Dense', { units: 3 }, [-4]), 'has the size -4 as its batch_input_shape'],
    [layer('MaxPooling2D', { pool_size: [2 ** 32, 2] }, [8, 8, 1]), 'has the size 4294967296 as its pool_size'],
    [layer('Conv2D', { filters: 2, kernel_size: 3, strides: [0, 1] }, [8, 8, 1]), 'has the size 0 as its strides'],
    [layer('Conv2D', { filters: 2, kernel_size: [3, -3] }, [8, 8, 1]), 'has the size -3 as its kernel_size'],
    [layer('Embedding', { input_dim: 0, output_dim: 3 }, [4]), 'has the size 0 as its input_dim'],
    [layer('Reshape', { target_shape: [-2, 2] }, [4]), 'has the size -2 as its target_shape'],
    [layer('Cropping2D', { cropping: [[1, -1], [0, 0]] }, [8, 8, 1]), 'has the size -1 as its cropping'], // prettier-ignore
    [layer('TimeDistributed', { layer: layer('Dense', { units: -1 }) }, [8, 4]), 'has the size -1 as its units'],
    [layer('PReLU', { shared_axes: [1, 1e9] }, [4, 4, 1]), 'has the size 1000000000 as its shared_axes'],
    [layer('Concatenate', { axis: 0.5 }, [4]), 'has the size 0.5 as its axis'],
    [layer('Resizing', { height: 2 ** 32, width: 2 }, [4, 4, 1]), 'has the size 4294967296 as its height'],
    [layer('RepeatVector', { n: 'same' }, [4]), 'the layer "RepeatVector" has no size as its n'],
    [
      layer(
        'ZeroPadding2D',
        {
          padding: [
            [null, 1],
            [1, 1],
          ],
        },
        [4, 4, 1],
      ),
      'has no size as its padding',
    ],
    [layer('CenterCrop', { height: 2 ** 20, width: 4 }, [6, 6, 3]), 'has the size 1048576 as its height'],
    [layer('CategoryEncoding', { num_tokens: 2 ** 20 }, [4]), 'has the size 1048576 as its num_tokens'],
    [layer('UpSampling2D', { size: [2, true] }, [4, 4, 1]), 'has no size as its size'],
    [layer('Flatten', { batch_input_shape: [null, '__proto__', 3] }), 'has no size as its batch_input_shape'],
    [layer('MaxPooling2D', { pool_size: 2, strides: null, padding: 'same' }, [4, 4, 1]), undefined],
    [layer('UpSampling2D', { size: [2 ** 20, 2 ** 20] }, [4, 4, 9]), undefined],
    [layer('Dense', { units: 2 ** 24 }, [4, 4]), undefined],
  ])('%#', (one, message) => {
    const check = () => validateDescription(sequential(one));
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it('and channels that are too many to be followed', () => {
    const wide = sequential(layer('Flatten', { name: 'f' }, [4096, 4096, 2]), layer('Dense', { units: 2 }));
    expect(() => validateDescription(wide)).toThrow(/up to the layer "f", .* more than 16,777,216 channels/);
  });

  it('but layers of no known type may be set to anything', () => {
    expect(() => validateDescription(sequential(layer('Sharpen', { units: -1, strides: 0 }, [4])))).not.toThrow();
  });
});

/** One layer with some of its tensors given another shape. */
function changed(
  one: tfLayers.layers.Layer,
  inputShape: number[],
  shapes: Readonly<Record<string, readonly number[]>>,
): ModelContent {
  const input = tfLayers.input({ shape: inputShape });
  const model = tfLayers.model({ inputs: input, outputs: one.apply(input) as tfLayers.SymbolicTensor });
  const content = fromLayersModel(model);
  const tensors = [...content.tensors.values()].map((tensor): Tensor => {
    const shape = shapes[tensor.name.split('/').at(-1)!];
    return shape
      ? { ...tensor, shape, data: new Float32Array(shape.reduce((all, size) => all * size, 1)), dtype: 'float32' }
      : tensor;
  });
  return { ...content, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

describe('weights must have the sizes that their layers are set to', () => {
  const conv = () => make.conv2d({ name: 'c', filters: 4, kernelSize: [3, 2], dataFormat: 'channelsLast' });
  it.each([
    [() => make.dense({ name: 'd', units: 3 }), [4], { kernel: [4, 2] }, '"d" must have weights "d/kernel" of [4, 3]'],
    [() => make.dense({ name: 'd', units: 3 }), [4], { kernel: [5, 3] }, 'of [4, 3]'],
    [() => make.dense({ name: 'd', units: 3 }), [4], { bias: [4] }, '"d/bias" of [3]'],
    [conv, [8, 8, 3], { kernel: [3, 3, 3, 4] }, 'of [3, 2, 3, 4]'],
    [conv, [8, 8, 3], { kernel: [3, 2, 1, 4] }, 'of [3, 2, 3, 4]'],
    [() => make.embedding({ name: 'e', inputDim: 5, outputDim: 2 }), [4], { embeddings: [4, 2] }, 'of [5, 2]'],
    [() => make.lstm({ name: 'l', units: 3 }), [4, 2], { recurrent_kernel: [3, 9] }, 'of [3, 12]'],
    [() => make.batchNormalization({ name: 'b' }), [4, 2], { gamma: [4] }, 'of [2]'],
    [() => make.depthwiseConv2d({ name: 'w', kernelSize: 3 }), [8, 8, 2], { depthwise_kernel: [3, 3, 2, 2] }, 'of [3, 3, 2, 1]'],
  ] as const)('%#', (one, inputShape, shapes, message) => {
    expect(() => validateWeights(changed(one(), [...inputShape], {}))).not.toThrow();
    expect(() => validateWeights(changed(one(), [...inputShape], shapes))).toThrow(message);
  }); // prettier-ignore

  it('of all layers as TensorFlow.js makes them, in both orders of axes', () => {
    for (const [one, inputShape] of [
      [make.conv1d({ filters: 4, kernelSize: 3 }), [8, 3]],
      [make.conv3d({ filters: 4, kernelSize: 3 }), [5, 5, 5, 2]],
      [make.conv2dTranspose({ filters: 4, kernelSize: 3 }), [5, 5, 2]],
      [make.conv3dTranspose({ filters: 4, kernelSize: 3 }), [5, 5, 5, 2]],
      [make.conv2d({ filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' }), [2, 7, 5]],
      [make.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, dataFormat: 'channelsFirst' }), [2, 7, 5]],
      [make.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 }), [7, 5, 2]],
      [make.simpleRNN({ units: 3 }), [4, 2]],
      [make.gru({ units: 3 }), [4, 2]],
      [make.convLstm2d({ filters: 3, kernelSize: 2 }), [4, 6, 6, 2]],
      [make.batchNormalization({ axis: 1 }), [4, 2]],
    ] as const)
      expect(() => validateWeights(changed(one, [...inputShape], {}))).not.toThrow();
  });
});

describe('the memory of a forward pass', () => {
  const large = (sizes: number[]) => {
    const layers = sizes.map((size, i) => layer('Conv2D', { name: `c${i}`, filters: size, kernel_size: 1 }, i === 0 ? [1024, 1024, 3] : undefined)); // prettier-ignore
    return { modelTopology: sequential(...layers), tensors: new Map<string, Tensor>() };
  };
  it('is what lives together, and said with the layer', () => {
    // Two neighbors of 192 MiB and 256 MiB, but never three together.
    expect(whyTooLarge(large([48, 64, 48, 64]))).toBeUndefined();
    const why =
      /^The model needs 0\.5 GiB for one example, up to the layer "c1", and 0\.5 GiB is the limit for its few weights, .*\.$/;
    expect(whyTooLarge(large([66, 64]))).toMatch(why);
    expect(whyNotRunnable(large([66, 64]))).toMatch(why);
  });

  it('may be more where there are many weights', () => {
    const why = /^The model needs 8\.0 GiB .* and 4 GiB is the limit for its weights, /;
    expect(whyTooLarge(large([1024, 1024]))).toMatch(why);
    expect(whyTooLarge(large([4, 1024]))).toMatch(/0\.5 GiB is the limit/);
  });

  it('counts what enters the model', () => {
    const modelTopology = sequential(layer('RandomWidth', { factor: 0.1 }, [2 ** 20, 2 ** 20, 3]));
    expect(whyTooLarge({ modelTopology, tensors: new Map<string, Tensor>() })).toMatch(/^The model needs 12288\.0 GiB/);
  });

  it('counts weights that the file does not hold', () => {
    const model = { modelTopology: sequential(layer('Dense', { units: 2 ** 20 }, [2 ** 12])), tensors: new Map<string, Tensor>() }; // prettier-ignore
    expect(whyTooLarge(model)).toMatch(/16\.0 GiB/);
  });
});

describe('a layer that leads nowhere', () => {
  it('keeps a model from being run, which TensorFlow.js would without it', () => {
    const input = { ...layer('InputLayer', {}, [4]), name: 'InputLayer', inbound_nodes: [] };
    const dense = (name: string) => ({ class_name: 'Dense', name, config: { name, units: 2 }, inbound_nodes: [[['InputLayer', 0, 0, {}]]] }); // prettier-ignore
    const modelTopology = {
      class_name: 'Model',
      config: { layers: [input, dense('a'), dense('b')], input_layers: [['InputLayer', 0, 0]], output_layers: [['b', 0, 0]] },
    }; // prettier-ignore
    expect(whyNotRunnable({ modelTopology, tensors: new Map() })).toMatch(
      /^The layer "a" leads to no output of the model/,
    );
  });
});

describe('JSON that lies too deep', () => {
  const check = (text: string) => () => requireShallow(Buffer.from(text), 'model.json');
  it('is refused, whatever stands in strings', () => {
    expect(check(`{"a":"${'['.repeat(999)}\\"${'{'.repeat(999)}"}`)).not.toThrow();
    expect(check('['.repeat(256) + ']'.repeat(256))).not.toThrow();
    expect(check('['.repeat(257))).toThrow('"model.json" nests lists and objects more than 256 deep');
    expect(check('{"a":'.repeat(20_000))).toThrow('more than 256 deep');
    expect(check('[[]'.repeat(300))).toThrow('more than 256 deep');
    expect(check(`[${'[],'.repeat(999)}1]`)).not.toThrow();
  });
});

describe('names for which TensorFlow.js would look without end, or among the properties of all objects', () => {
  const input = { ...layer('InputLayer', { name: 'in' }, [4]), name: 'in', inbound_nodes: [] };
  const dense = (config: object, outer: object) => ({
    ...layer('Dense', { units: 2, ...config }),
    ...outer,
    inbound_nodes: [[['in', 0, 0, {}]]],
  });
  const functional = (one: object) => ({
    class_name: 'Functional',
    config: { name: 'm', layers: [input, one], input_layers: [['in', 0, 0]], output_layers: [['d', 0, 0]] },
  });

  it.each([
    [{ name: 'd' }, {}, 'the layer "d" has a name only in its config'],
    [{ name: '__proto__' }, { name: '__proto__' }, 'a layer is called "__proto__"'],
    [{ name: 'constructor' }, { name: 'constructor' }, 'a layer is called "constructor"'],
    [{ name: 'd' }, { name: 'd' }, undefined],
  ])('%#', (config, outer, message) => {
    const check = () => validateDescription(functional(dense(config, outer)));
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it('are those of any other layer in a sequential model, which calls no layer by its name', async () => {
    const model = tfLayers.sequential({ layers: [make.dense({ name: 'constructor', units: 2, inputShape: [4] })] });
    const read = await toLayersModel(fromLayersModel(model));
    expect(read.layers.map(({ name }) => name)).toContain('constructor');
    expect(read.getWeights()[0]!.dataSync()).toEqual(model.getWeights()[0]!.dataSync());
  });
});
