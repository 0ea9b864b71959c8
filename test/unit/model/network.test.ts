import { beforeAll, describe, expect, it } from 'vitest';
import { readGraph } from '../../../src/engine/model/graph';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { INFERENCE, trainableOf, type Network, type Pass } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { tinyNetwork } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

const { layers: l } = tfLayers;
const answer = (network: Network, input: tf.Tensor, pass: Pass = INFERENCE): number[] =>
  tf.tidy(() => [...network.forward([input], pass)[0]!.dataSync()]);

describe('the network of a LayersModel', () => {
  it('has the trained variables in the order of the layers, whatever the order of the tensors', async () => {
    const model = tfLayers.sequential({
      layers: [
        l.dense({ name: 'frozen', units: 3, inputShape: [4], trainable: false }),
        l.batchNormalization({ name: 'norm' }),
        l.dense({ name: 'out', units: 2 }),
      ],
    });
    const content = fromLayersModel(model);
    const tensors = new Map([...content.tensors].reverse());
    const network = await toNetwork({ ...content, tensors });
    expect(trainableOf(network).map(({ name }) => name)).toEqual(['norm/gamma', 'norm/beta', 'out/kernel', 'out/bias']);
    const rest = [...network.variables.values()].filter(({ trainable }) => !trainable).map(({ name }) => name);
    expect(rest.sort()).toEqual(['frozen/bias', 'frozen/kernel', 'norm/moving_mean', 'norm/moving_variance']);
    network.dispose();
  });

  it('leaves no tensor behind, also of layers and models that are called several times', async () => {
    const input = tfLayers.input({ shape: [4] });
    const inner = tfLayers.sequential({ layers: [l.dense({ units: 4, inputShape: [4] }), l.batchNormalization()] });
    const shared = l.dense({ units: 4, useBias: false });
    const once = inner.apply(shared.apply(input));
    const model = tfLayers.model({
      inputs: input,
      outputs: shared.apply(inner.apply(once)) as tfLayers.SymbolicTensor,
    });
    const content = fromLayersModel(model);
    const before = tf.memory().numTensors;
    const network = await toNetwork(content);
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says which numbers its inputs take, and what its outputs are', () => {
    const words = tfLayers.input({ shape: [5], name: 'words' });
    const image = tfLayers.input({ shape: [null, null, 3], name: 'image' });
    const read = l.globalAveragePooling1d({}).apply(l.embedding({ inputDim: 7, outputDim: 3 }).apply(words));
    const seen = l.globalAveragePooling2d({}).apply(l.rescaling({ scale: 1 / 255 }).apply(image));
    const sum = l.add().apply([read, seen] as tfLayers.SymbolicTensor[]) as tfLayers.SymbolicTensor;
    const outputs = [l.dense({ units: 4 }).apply(sum), l.dense({ units: 4, activation: 'softmax' }).apply(sum)];
    const network = networkOf(
      tfLayers.model({ inputs: [words, image], outputs: outputs as tfLayers.SymbolicTensor[] }),
    );
    expect(network.inputs).toEqual([
      { name: 'words', shape: [null, 5], values: { kind: 'rows', rows: 7 } },
      { name: 'image', shape: [null, null, null, 3], values: { kind: 'pixels' } },
    ]);
    expect(network.outputs.map(({ shape, kind }) => [shape, kind])).toEqual([
      [[null, 4], 'logits'],
      [[null, 4], 'probabilities'],
    ]);
    network.dispose();
  });

  it('names its ends as their layers, however many models have layers of these names', () => {
    const made = () => {
      const input = tfLayers.input({ shape: [2], name: 'measured' });
      const output = l.dense({ name: 'guessed', units: 1 }).apply(input) as tfLayers.SymbolicTensor;
      return networkOf(tfLayers.model({ inputs: input, outputs: output }));
    };
    for (const network of [made(), made()]) {
      expect(network.inputs.map(({ name }) => name)).toEqual(['measured']);
      expect(network.outputs.map(({ name }) => name)).toEqual(['guessed']);
      network.dispose();
    }
  });

  it('draws what the pass says', () => {
    const network = networkOf(tinyNetwork(1, { noise: true }));
    const input = tf.ones([2, 6, 6, 1]);
    const drawn = (...draws: number[]) => answer(network, input, { training: true, draws });
    expect(drawn(1, 2)).toEqual(drawn(1, 2));
    expect(drawn(1, 2)).not.toEqual(drawn(1, 3));
    expect(answer(network, input)).toEqual(answer(network, input));
    network.dispose();
  });

  it('tells the MACs before each split point', () => {
    const model = createArchitecture('fashion-cnn', 1);
    const figures = readGraph(fromLayersModel(model)).layers.map(({ macs }) => macs ?? 0);
    const network = networkOf(model);
    const points = network.splitPointsBefore(new Set(['logits/kernel']));
    const sums = figures.map((_, i) => figures.slice(0, i + 1).reduce((sum, macs) => sum + macs, 0));
    expect(points.map(({ macs }) => macs)).toEqual(sums.slice(0, -1));
    expect(() => network.splitPointsBefore(new Set(['other/kernel']))).toThrow(/"other\/kernel"/);
    network.dispose();
  });

  it('is as before once nobody watches it', () => {
    const network = networkOf(
      tfLayers.sequential({ layers: [l.batchNormalization({ inputShape: [2] }), l.dense({ name: 'out', units: 2 })] }),
    );
    const input = tf.tensor([1, 2, 3, 5], [2, 2]);
    const before = answer(network, input);
    const heard: number[][] = [];
    const ends = [
      ...network
        .normalizations()
        .map((one) => one.watch(({ mean, variance }) => heard.push([...mean.dataSync(), ...variance.dataSync()]))),
      ...network.products(['out/kernel']).map((one) => one.watch((columns) => heard.push([...columns.shape]))),
    ];
    expect(answer(network, input)).not.toEqual(before);
    expect(heard).toEqual([[2, 3.5, 1, 2.25], [2, 2]]); // prettier-ignore
    for (const end of ends) end();
    expect(answer(network, input)).toEqual(before);
    expect(heard).toHaveLength(2);
    expect(network.products(['out/kernel', 'out/bias']).map(({ name, bias }) => [name, bias])).toEqual([
      ['out/kernel', 'out/bias'],
    ]);
    network.dispose();
  });
});
