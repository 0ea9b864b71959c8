import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { CancelledError, UserError } from '../../../../src/protocol/errors';
import { CompactStep, type CompactAmount } from '../../../../src/protocol/steps/compact';
import type { ModelContent, Tensor } from '../../../../src/engine/checkpoint/types';
import { compactByStep, type Compacted } from '../../../../src/engine/compress/compact/compact';
import type { CompactOptions } from '../../../../src/engine/compress/compact/plan';
import { readGraph } from '../../../../src/engine/model/graph';
import { fromLayersModel } from '../../../../src/engine/model/layers-model/content';
import { layers } from '../../../../src/engine/model/layers-model/tfjs-layers';
import { tf } from '../../../../src/engine/tf';
import { Builder, filled, registerBlocks, stock } from '../../random-networks';
import { tinyDataset } from '../../train/tiny';

beforeAll(registerBlocks);

const compact = (
  model: ModelContent,
  step: Partial<Omit<CompactStep, 'step'>> & { amount: CompactAmount },
  options: Partial<CompactOptions> = {},
): Promise<Compacted> =>
  compactByStep(model, CompactStep.parse({ step: 'compact', ...step }), { seed: 0, dataset: null, ...options });

/** Gives the convolutions of a model kernels that are products of as few factors as the amount allows. */
function composed(model: ModelContent, amount: { multiplier: number } | { channels: number }): ModelContent {
  const tensors = new Map(model.tensors);
  for (const { op, tensors: own } of readGraph(model).nodes) {
    const tensor = own.find(({ role }) => role === 'kernel')?.tensor;
    if (op.kind !== 'conv' || !tensor || tensor.shape.slice(0, -2).every((size) => size === 1)) continue;
    const [inputs, outputs] = tensor.shape.slice(-2) as [number, number];
    const taps = tensor.data.length / (inputs * outputs);
    const values = (shape: number[], seed: number): tf.Tensor =>
      tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);
    const product = tf.tidy(() => {
      if ('multiplier' in amount) {
        const { multiplier } = amount;
        const parts = tf.matMul(values([inputs, taps, multiplier], 3), values([inputs, multiplier, outputs], 4));
        return tf.transpose(parts, [1, 0, 2]).dataSync<'float32'>().slice();
      }
      const of = (channels: number): number => Math.max(1, Math.round(channels * amount.channels));
      const [inner, outer] = [of(inputs), of(outputs)];
      const mixed = tf.matMul(tf.reshape(values([taps, inner, outer], 5), [taps * inner, outer]), values([outer, outputs], 6)); // prettier-ignore
      const first = tf.tile(tf.expandDims(values([inputs, inner], 7)), [taps, 1, 1]);
      return tf
        .matMul(first, tf.reshape(mixed, [taps, inner, outputs]))
        .dataSync<'float32'>()
        .slice();
    });
    tensors.set(tensor.name, { ...tensor, data: product });
  }
  return { ...model, tensors };
}

const far = (a: readonly number[][], b: readonly number[][]): number =>
  Math.max(
    ...a.map((output, i) => {
      const scale = Math.max(...output.map(Math.abs), 1e-6);
      return Math.max(...output.map((value, j) => Math.abs(value - b[i]![j]!) / scale));
    }),
  );

const { add, batchNormalization, conv2d, dense, flatten } = layers.layers;

/** Networks of images of 6 x 6 with two channels, by name. */
const networks: Record<string, () => layers.LayersModel> = {
  'in a row, with strides, a valid window and batch normalization': () =>
    layers.sequential({
      layers: [
        conv2d({ name: 'a', inputShape: [6, 6, 2], filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
        conv2d({ name: 'b', filters: 8, kernelSize: [3, 2], strides: 2, padding: 'same', useBias: false }),
        batchNormalization({ name: 'bn' }),
        conv2d({ name: 'c', filters: 6, kernelSize: 3, padding: 'same', activation: 'tanh' }),
        flatten({ name: 'flat' }),
        dense({ name: 'out', units: 3, activation: 'softmax' }),
      ],
    }),
  'with a layer that is called twice, beside a residual sum': () => {
    const input = layers.input({ shape: [6, 6, 2] });
    const wide = conv2d({ name: 'wide', filters: 6, kernelSize: 3, padding: 'same' }).apply(input);
    const shared = conv2d({ name: 'shared', filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' });
    const once = shared.apply(wide) as layers.SymbolicTensor;
    const twice = shared.apply(once) as layers.SymbolicTensor;
    const sum = add({ name: 'sum' }).apply([twice, once]) as layers.SymbolicTensor;
    return layers.model({ inputs: input, outputs: conv2d({ name: 'end', filters: 4, kernelSize: 3 }).apply(sum) as layers.SymbolicTensor }); // prettier-ignore
  },
  'with open sizes, within another model': () => {
    const inner = layers.sequential({
      name: 'inner',
      layers: [
        conv2d({ name: 'a', inputShape: [null, null, 2], filters: 6, kernelSize: 3, padding: 'same' }),
        conv2d({ name: 'b', filters: 6, kernelSize: 3, activation: 'relu' }),
      ],
    });
    const input = layers.input({ shape: [null, null, 2] });
    const body = inner.apply(input) as layers.SymbolicTensor;
    return layers.model({ inputs: input, outputs: conv2d({ name: 'end', filters: 5, kernelSize: 2 }).apply(body) as layers.SymbolicTensor }); // prettier-ignore
  },
};

describe.each(Object.entries(networks))('a network %s', (_, build) => {
  it.each([{ multiplier: 1 }, { channels: 0.5 }])('keeps its outputs where it has the form: %j', async (amount) => {
    const running = build();
    const model = composed(filled(fromLayersModel(running)), amount);
    running.dispose();
    const done = await compact(model, { amount, inputShape: [6, 6, 2] });
    const convolutions = readGraph(model).nodes.filter(({ op }) => op.kind === 'conv');
    const replaced = done.layers.filter(({ state }) => state === 'replaced');
    expect(replaced.map(({ name }) => name)).toEqual(convolutions.map(({ name }) => name));
    expect(done.difference!.error).toBeLessThan(5e-3);
    expect(done.totals.after.macs!).toBeLessThan(0.9 * done.totals.before.macs!);
    const [was, is] = [await stock(model), await stock(done.model)];
    expect(far(was.outputs, is.outputs)).toBeLessThan(5e-3);
    expect(is.params).toBe(done.totals.after.params);
  });
});

it('comes to the share that is asked of random networks, which stock TensorFlow.js reads', async () => {
  let [done, replaced] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.constantFrom('best' as const, 'separable' as const, 'bottleneck' as const),
      async (seed, form) => {
        const network = new Builder(seed).network();
        const model = filled(fromLayersModel(network));
        network.dispose();
        const result = await compact(model, { form, amount: { macs: 0.7 } }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(UserError);
          return undefined;
        });
        if (!result) return;
        done++;
        expect(result.left.convolutions).toBeLessThanOrEqual(0.7 + 1e-9);
        expect(result.layers.map(({ name }) => name)).toEqual(readGraph(model).layers.map(({ name }) => name));
        for (const { state, reason, before, after } of result.layers) {
          if (state === 'replaced') expect(after.macs!).toBeLessThan(before.macs!);
          else expect(reason).toBeTruthy();
          if (state === 'replaced') replaced++;
        }
        expect((await stock(result.model)).params).toBe(result.totals.after.params);
      },
    ),
    { numRuns: 15, seed: 5 },
  );
  expect(done).toBeGreaterThan(5);
  expect(replaced).toBeGreaterThan(8);
}, 60_000);

/** Two convolutions on images of 6 x 6, and an output. */
function small(): ModelContent {
  const model = layers.sequential({
    layers: [
      conv2d({ name: 'first', inputShape: [6, 6, 1], filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
      conv2d({ name: 'second', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
      conv2d({ name: 'point', filters: 8, kernelSize: 1 }),
      flatten({ name: 'flat' }),
      dense({ name: 'out', units: 3 }),
    ],
  });
  try {
    return filled(fromLayersModel(model));
  } finally {
    model.dispose();
  }
}

describe('with examples', () => {
  it('no tensor is left behind of a model with a shared layer', async () => {
    const input = layers.input({ shape: [6, 6, 1] });
    const wide = conv2d({ name: 'wide', filters: 4, kernelSize: 3, padding: 'same' }).apply(input);
    const shared = conv2d({ name: 'shared', filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' });
    const flat = flatten({ name: 'flat' }).apply(shared.apply(shared.apply(wide)));
    const outputs = dense({ name: 'out', units: 3, activation: 'softmax' }).apply(flat) as layers.SymbolicTensor;
    const content = filled(fromLayersModel(layers.model({ inputs: input, outputs })));
    for (const dataset of [null, await tinyDataset()]) {
      const before = tf.memory().numTensors;
      await compact(content, { amount: { multiplier: 1 }, layers: ['shared'], samples: 20 }, { dataset });
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('layers come nearer to the original ones, and the same seed gives the same weights', async () => {
    const dataset = await tinyDataset();
    const before = tf.memory().numTensors;
    const step = { form: 'separable' as const, amount: { macs: 0.4 }, layers: ['second'], samples: 100 };
    const [one, same] = [await compact(small(), step, { dataset }), await compact(small(), step, { dataset })];
    expect(tf.memory().numTensors).toBe(before);
    const [, second] = one.layers;
    expect(second).toMatchObject({ state: 'replaced', outputError: { samples: 100 } });
    expect(second!.outputError!.after).toBeLessThanOrEqual(second!.outputError!.before);
    expect(second!.becomes!.map(({ name, type }) => [name, type])).toEqual([
      ['second_core', 'DepthwiseConv2D'],
      ['second_out', 'Conv2D'],
    ]);
    expect(one.difference).toMatchObject({ on: 'validation', samples: 20 });
    const blind = await compact(small(), step);
    expect(blind.difference!.on).toBe('noise');
    const values = ({ model }: Compacted) =>
      [...model.tensors.values()].map(({ name, data }: Tensor) => [name, [...data]]);
    expect(values(same)).toEqual(values(one));
  });

  it('nothing is left behind when it is cancelled', async () => {
    const dataset = await tinyDataset();
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort();
    };
    const cancelled = compact(small(), { amount: { macs: 0.5 } }, { dataset, signal: controller.signal, onProgress });
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what cannot be is said in one sentence', () => {
  it.each([
    [{ amount: { macs: 0.01 } }, /cannot be reduced to 1% of their MACs.*: ask for \d+(\.\d)?% or more/],
    [{ amount: { multiplier: 20 } }, /No convolution of the model can become compact so \("first": /],
    [{ amount: { macs: 0.5 }, layers: ['third'] }, /The model has no layer "third"/],
    [{ amount: { macs: 0.5 }, layers: ['second', 'out'] }, 'The layer "out" cannot become compact, because it is no convolution: leave it out.'], // prettier-ignore
    [{ amount: { macs: 0.5 }, layers: ['point'] }, /its window is a single position/],
    [{ amount: { macs: 0.5 }, protect: ['*'] }, /it is protected by "\*"/],
    [{ amount: { groups: 3 } }, /its channels cannot be divided so|no common divisor/],
  ])('%j', async (step, words) => {
    await expect(compact(small(), step)).rejects.toThrow(UserError);
    await expect(compact(small(), step)).rejects.toThrow(words);
  });

  it('leaves layers alone with the reason', async () => {
    const { layers: told, left } = await compact(small(), { amount: { macs: 0.6 }, layers: ['second', 'point'] });
    expect(told.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ['first', 'skipped', 'it is not named'],
      ['second', 'replaced', undefined],
      ['point', 'skipped', 'its window is a single position'],
      ['flat', 'skipped', 'it is no convolution'],
      ['out', 'skipped', 'it is no convolution'],
    ]);
    expect(left.convolutions).toBeLessThanOrEqual(0.6);
  });

  it('groups of channels run here', async () => {
    const { model, layers: told } = await compact(small(), { amount: { groups: 2 }, layers: ['second'] });
    expect(told[1]).toMatchObject({ state: 'replaced', form: 'grouped, 2 groups', after: { macs: told[1]!.before.macs! / 2 } }); // prettier-ignore
    await expect(stock(model)).rejects.toThrow();
  });
});
