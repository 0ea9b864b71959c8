import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { channelScores } from '../../../src/engine/compress/remove/scores';
import { inputSlices } from '../../../src/engine/compress/remove/slices';
import type { Dataset } from '../../../src/engine/dataset/open-data';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toNetwork } from '../../../src/engine/model/runnable';
import { apply, normalisedConvolution } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

function contentOf(network: layers.LayersModel, weights: Record<string, number[]> = {}): ModelContent {
  const model = fromLayersModel(network);
  network.dispose();
  const changed = Object.entries(weights).map(([name, data]): [string, Tensor] => [
    name,
    { ...model.tensors.get(name)!, data: Float32Array.from(data) },
  ]);
  return { ...model, tensors: new Map([...model.tensors, ...changed]) };
}

const scoresOf = async (name: keyof typeof channelScores, model: ModelContent, dataset: Dataset | null = null) =>
  channelScores[name].score({ model, groups: channelGroups(model), seed: 3, samples: 20, dataset });

describe('scores of channels', () => {
  const twoByThree = () =>
    contentOf(
      layers.sequential({
        layers: [
          layers.layers.dense({ units: 3, name: 'one', inputShape: [2] }),
          layers.layers.dense({ units: 2, name: 'out' }),
        ],
      }),
      // Neurons (3, 4), (0, 0) and (-3, -4).
      { 'one/kernel': [3, 0, -3, 4, 0, -4] },
    );
  const ofNeurons = async (name: keyof typeof channelScores) => {
    const model = twoByThree();
    const scores = await scoresOf(name, model);
    return channelGroups(model).layers[0]!.outputs.map((group) => scores.get(group)!);
  };

  it('magnitude, L2 and FPGM are norms of filters, and distances between them', async () => {
    expect(await ofNeurons('magnitude')).toEqual([7, 0, 7]);
    expect(await ofNeurons('l2')).toEqual([5, 0, 5]);
    const [first, middle, last] = await ofNeurons('fpgm');
    expect(first).toBeCloseTo(15, 4);
    expect(middle).toBeCloseTo(10, 4);
    expect(last).toBeCloseTo(15, 4);
  });

  it('random differs between seeds only', async () => {
    const model = twoByThree();
    const drawn = (seed: number) =>
      channelScores.random.score({ model, groups: channelGroups(model), seed, samples: 1, dataset: null });
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  it('sums over coupled layers, and takes the scale of batch normalization where there is one', async () => {
    const input = layers.input({ shape: [4, 4, 2] });
    const branch = () => normalisedConvolution(new Draw(), input, { filters: 3, kernelSize: 1 });
    const sum = apply(layers.layers.add(), [branch(), branch()]);
    const outputs = apply(layers.layers.dense({ units: 2 }), apply(layers.layers.flatten(), sum));
    const model = contentOf(layers.model({ inputs: input, outputs }));
    const gammas = [...model.tensors.keys()].filter((name) => name.endsWith('gamma'));
    const scaled = new Map(model.tensors);
    gammas.forEach((name, i) => {
      const data = Float32Array.from(i === 0 ? [1, -2, 3] : [0.5, 0.25, 0]);
      scaled.set(name, { ...model.tensors.get(name)!, data });
    });
    const content = { ...model, tensors: scaled };
    const scores = await scoresOf('bn-scale', content);
    const made = channelGroups(content).layers.find(({ type }) => type === 'Add')!.outputs;
    expect(made.map((group) => scores.get(group))).toEqual([1.5, 2.25, 3]);
  });

  it('taylor is the square of what the loss changes by, as finite differences have it', async () => {
    const data = await tinyDataset();
    const model = contentOf(tinyNetwork(2));
    const groups = channelGroups(model);
    const scores = await channelScores.taylor.score({ model, groups, seed: 3, samples: 1000, dataset: data });
    // The same images, in batches of 20: the mean of squares is bounded below by the square of the mean.
    const free = groups.layers.flatMap(({ outputs, type }) => (type === 'Conv2D' ? outputs : []));
    const [one] = free;
    const loss = async (scale: number) => {
      const tensors = new Map(model.tensors);
      for (const { tensor, axis, groups: along } of inputSlices(model, groups)) {
        const inner = tensor.shape.slice(axis + 1).reduce((all, size) => all * size, 1);
        const data = tensor.data.map((w, at) => (along[Math.floor(at / inner) % along.length] === one ? w * scale : w));
        tensors.set(tensor.name, { ...tensor, data });
      }
      const running = await toNetwork({ ...model, tensors });
      const images = data.split('train');
      const figures = await evaluateModel(running, images, {});
      running.dispose();
      return figures.loss;
    };
    const step = 0.05;
    const slope = ((await loss(1 + step)) - (await loss(1 - step))) / (2 * step);
    const batches = data.split('train').length / 20;
    expect(scores.get(one!)! / batches).toBeGreaterThan(slope ** 2 * 0.9);
    const single = await channelScores.taylor.score({ model, groups, seed: 3, samples: 20, dataset: data });
    expect(single.size).toBe(scores.size);
    expect(free.every((group) => scores.get(group)! >= 0)).toBe(true);
  });
});
