import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { checkDifference } from '../../../src/engine/compress/remove/difference';
import { planRemove } from '../../../src/engine/compress/remove/plan';
import { OutputDifference } from '../../../src/protocol/difference';
import { RelativeDifference } from '../../../src/engine/compress/difference/relative-difference';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { apply } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

beforeAll(() => tf.setBackend('cpu'));

const { conv2d, dense, embedding, flatten, globalAveragePooling1d, globalAveragePooling2d, rescaling } = layers.layers;

/** Weights that are the same in each run, those of some tensors `scale` times as large. */
function content(network: layers.LayersModel, scale: Record<string, number> = {}): ModelContent {
  const model = fromLayersModel(network);
  network.dispose();
  const tensors = [...model.tensors.values()].map((tensor, i): [string, Tensor] => {
    const times = scale[tensor.name] ?? 1;
    return [tensor.name, { ...tensor, data: numbers(tensor.data.length, i + 1).map((value) => value * times) }];
  });
  return { ...model, tensors: new Map(tensors) };
}

function half(model: ModelContent) {
  const all = [...new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs))];
  const step = RemoveStep.parse({ step: 'remove', amount: { channels: 0.5 }, scope: 'layer' });
  return planRemove(model, step, new Map(all.map((group, i) => [group, 1 + numbers(all.length)[i]!])));
}

const classifier = (activation: 'linear' | 'softmax' | 'sigmoid') =>
  layers.sequential({
    layers: [
      conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 2], name: 'conv' }),
      flatten({ name: 'flat' }),
      dense({ units: 6, activation: 'relu', name: 'hidden' }),
      dense({ units: 3, activation, name: 'out' }),
    ],
  });

/** A right removal must pass, and one that changes what the model answers must not. */
async function tellsApart(model: ModelContent): Promise<OutputDifference> {
  const plan = half(model);
  const { difference } = await checkDifference(plan.expected(), plan.model);
  expect(difference!.largest).toBeLessThan(1e-4);
  await expect(checkDifference(model, plan.model)).rejects.toThrow(/% of their spread, more than 0\.1%/);
  return difference!;
}

describe('the output check', () => {
  it('is relative to the spread, so that small outputs hide nothing', async () => {
    const tiny = { 'out/kernel': 1e-7, 'out/bias': 1e-7 };
    expect(await tellsApart(content(classifier('linear'), tiny))).toMatchObject({ relativeTo: 'spread', on: 'noise' });
  });

  it.each(['softmax', 'sigmoid'] as const)('looks behind a %s that is 0 or 1 everywhere', async (activation) => {
    await tellsApart(content(classifier(activation), { 'out/bias': 1000 }));
  });

  it('takes a size for inputs that leave theirs open', async () => {
    const network = layers.sequential({
      layers: [
        conv2d({ filters: 4, kernelSize: 1, inputShape: [null, null, 3], name: 'one' }),
        conv2d({ filters: 2, kernelSize: 1, name: 'two' }),
      ],
    });
    const model = content(network);
    expect(await tellsApart(model)).toMatchObject({ samples: 6, on: 'noise' });
    const plan = half(model);
    const { difference } = await checkDifference(plan.expected(), plan.model, { inputShape: [5, 7, 3] });
    expect(difference).toMatchObject({ samples: 32, on: 'noise' });
    const huge = await checkDifference(plan.expected(), plan.model, { inputShape: [60_000, 60_000, 3] });
    expect(huge).toMatchObject({
      difference: null,
      notCompared: expect.stringMatching(/^The model needs .* GiB for one/) as string,
    });
  });

  it('compares every output, of models with several inputs too', async () => {
    const inputs = [layers.input({ shape: [4], name: 'a' }), layers.input({ shape: [5], name: 'b' })];
    const both = inputs.map((input, i) => apply(dense({ units: 6, activation: 'tanh', name: `in${i}` }), input));
    const sum = apply(layers.layers.add({ name: 'sum' }), both);
    const outputs = [dense({ units: 2, name: 'x' }), dense({ units: 3, activation: 'softmax', name: 'y' })].map((out) =>
      apply(out, sum),
    );
    const model = content(layers.model({ inputs, outputs }), { 'x/kernel': 0 });
    // The first output says nothing of the channels; the second does.
    await tellsApart(model);
  });

  it('feeds indices to an embedding, and pixels to what scales them', async () => {
    const text = layers.sequential({
      layers: [
        embedding({ inputDim: 20, outputDim: 4, inputLength: 7, name: 'words' }),
        globalAveragePooling1d({ name: 'mean' }),
        dense({ units: 8, activation: 'relu', name: 'hidden' }),
        dense({ units: 2, name: 'out' }),
      ],
    });
    await tellsApart(content(text));
    const pixels = layers.sequential({
      layers: [
        rescaling({ scale: 1 / 255, inputShape: [6, 6, 2], name: 'scaled' }),
        conv2d({ filters: 8, kernelSize: 3, activation: 'relu', name: 'conv' }),
        globalAveragePooling2d({ name: 'mean' }),
        dense({ units: 3, name: 'out' }),
      ],
    });
    await tellsApart(content(pixels, { 'out/bias': 10 }));
  });
});

it('shows pictures to a network that hardly answers to small numbers, where rounding would count', async () => {
  const model = content(
    layers.sequential({
      layers: [
        conv2d({ filters: 4, kernelSize: 3, inputShape: [6, 6, 2], name: 'conv' }),
        globalAveragePooling2d({ name: 'mean' }),
        dense({ units: 3, name: 'out' }),
      ],
    }),
    { 'out/kernel': 1e-2 },
  );
  const shifted = (by: number): ModelContent => {
    const bias = model.tensors.get('out/bias')!;
    const moved = { ...bias, data: bias.data.map((value) => value + by) };
    return { ...model, tensors: new Map(model.tensors).set(bias.name, moved) };
  };
  const { difference } = await checkDifference(model, shifted(3e-5));
  expect(difference!.largest).toBeLessThan(1e-3);
  await expect(checkDifference(model, shifted(3e-2))).rejects.toThrow(/% of their spread/);
});

describe('the spread of an output', () => {
  it('is that of each channel over the examples', () => {
    const spread = new RelativeDifference(2);
    // The first channel is 0 and 2, the second 1000 and 1200: standard deviations 1 and 100.
    spread.add(Float32Array.of(0, 1000, 2, 1200), Float32Array.of(0, 1000, 2.5, 1200), 2);
    expect(spread.figures().spread).toBeCloseTo(0.5);
    spread.add(Float32Array.of(0, 1000, 2, 1200), Float32Array.of(0, 1100, 2, 1200), 2);
    expect(spread.figures().spread).toBeCloseTo(1);
  });

  it('never calls numbers equal that are none, and equal ones never different', () => {
    const nan = new RelativeDifference(1);
    nan.add(Float32Array.of(1, 2), Float32Array.of(1, NaN), 2);
    expect(nan.figures().spread).toBeNaN();
    const [first, shorter] = [new RelativeDifference(2), new RelativeDifference(1)];
    first.add(Float32Array.of(NaN, 1, 2, 3), Float32Array.of(0, 1, 2, 3), 2);
    shorter.add(Float32Array.of(1, 2), Float32Array.of(1), 1);
    for (const one of [first, shorter]) expect(Object.values(one.figures())).toEqual([NaN, false, NaN, NaN]);
    const constant = new RelativeDifference(1);
    constant.add(Float32Array.of(3, 3), Float32Array.of(3, 3), 2);
    expect(constant.figures().spread).toBe(0);
  });
});

it('reads the differences that earlier versions wrote', () => {
  expect(OutputDifference.parse({ largest: 1e-6, samples: 200, on: 'validation' })).toEqual({
    ...{ largest: 1e-6, samples: 200, on: 'validation' },
  });
});
