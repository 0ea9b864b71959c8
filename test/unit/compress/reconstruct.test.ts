import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/errors';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent, Tensors } from '../../../src/engine/checkpoint/types';
import type { Examples } from '../../../src/engine/dataset/examples';
import { compareOutputs } from '../../../src/engine/compress/difference/compare-outputs';
import { calibrate } from '../../../src/engine/compress/prune/calibrate';
import { applyAndReconstruct } from '../../../src/engine/compress/prune/apply-and-reconstruct';
import { prunedTensors } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { solveMasked } from '../../../src/engine/compress/reconstruct/least-squares';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { tinyDataset } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

const number = fc.integer({ min: -30, max: 30 }).map((value) => value / 10);
const matrix = (rows: number, columns: number) =>
  fc.array(number, { minLength: rows * columns, maxLength: rows * columns });

/** Squared error of each output. */
const errors = (x: tf.Tensor2D, y: tf.Tensor2D, kernel: tf.Tensor2D): number[] => [
  ...tf.tidy(() => tf.sum(tf.square(tf.sub(tf.matMul(x, kernel), y)), 0)).dataSync(),
];

describe('least squares under a mask', () => {
  it('keeps zeros, and no error becomes larger, for any data, even without a solution of its own', async () => {
    const [rows, inputs, outputs] = [5, 6, 3];
    const given = [
      matrix(rows, inputs),
      matrix(rows, outputs),
      matrix(inputs, outputs),
      matrix(inputs, outputs),
    ] as const;
    await fc.assert(
      fc.asyncProperty(...given, async (xs, ys, weights, chosen) => {
        const x = tf.tensor2d(xs, [rows, inputs]);
        const y = tf.tensor2d(ys, [rows, outputs]);
        const mask = tf.tensor2d(
          chosen.map((value) => (value > 0 ? 1 : 0)),
          [inputs, outputs],
        );
        const start = tf.mul<tf.Tensor2D>(tf.tensor2d(weights, [inputs, outputs]), mask);
        const equations = {
          moments: tf.matMul<tf.Tensor2D>(x, x, true),
          diagonal: tf.reshape<tf.Rank.R2>(tf.sum(tf.square(x), 0), [inputs, 1]),
          products: tf.matMul<tf.Tensor2D>(x, y, true),
        };
        const found = await solveMasked(equations, start, mask, { damping: 0.01, iterations: 20 });
        const kept = mask.dataSync();
        found.dataSync().forEach((value, i) => {
          expect(Number.isFinite(value)).toBe(true);
          if (kept[i] === 0) expect(value).toBe(0);
        });
        const [before, after] = [errors(x, y, start), errors(x, y, found)];
        after.forEach((error, i) => expect(error).toBeLessThanOrEqual(before[i]! * 1.0001 + 1e-3));
        tf.dispose([x, y, mask, start, found, ...Object.values(equations)]);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the solution where there is one', async () => {
    const x = tf.tensor2d([1, 0, 2, 0, 1, 1, 3, 1, 0, 1, 1, 1], [4, 3]);
    const wanted = tf.tensor2d([1, 0, 0, 2, -1, 3], [3, 2]);
    const equations = {
      moments: tf.matMul<tf.Tensor2D>(x, x, true),
      diagonal: tf.reshape<tf.Rank.R2>(tf.sum(tf.square(x), 0), [3, 1]),
      products: tf.matMul<tf.Tensor2D>(x, tf.matMul(x, wanted), true),
    };
    const mask = tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
    const found = await solveMasked(equations, tf.zerosLike(wanted), mask, { damping: 0, iterations: 10 });
    found.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted.dataSync()[i]!, 4));
  });
});

/** A convolution, a depthwise one, a convolution without bias, a sequence in between, and a dense layer. */
function network(): ModelContent {
  let seed = 0;
  const kernelInitializer = () => layers.initializers.glorotUniform({ seed: ++seed });
  const { conv1d, conv2d, dense, depthwiseConv2d, flatten, reshape } = layers.layers;
  const relu = { activation: 'relu' } as const;
  const model = layers.sequential({
    layers: [
      conv2d({
        name: 'first',
        inputShape: [6, 6, 1],
        filters: 8,
        kernelSize: 3,
        ...relu,
        kernelInitializer: kernelInitializer(),
      }),
      depthwiseConv2d({ name: 'depthwise', kernelSize: 3, padding: 'same', depthwiseInitializer: kernelInitializer() }),
      conv2d({
        name: 'second',
        filters: 8,
        kernelSize: 1,
        useBias: false,
        ...relu,
        kernelInitializer: kernelInitializer(),
      }),
      reshape({ name: 'sequence', targetShape: [16, 8] }),
      conv1d({ name: 'third', filters: 4, kernelSize: 3, strides: 2, ...relu, kernelInitializer: kernelInitializer() }),
      flatten({ name: 'flat' }),
      dense({ name: 'out', units: 3, kernelInitializer: kernelInitializer() }),
    ],
  });
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}

async function prune(step: Partial<PruneStep>, signal?: AbortSignal, images?: Examples) {
  const [content, all] = [network(), await tinyDataset()];
  const data = images ? { ...all, split: () => images } : all;
  const parsed = PruneStep.parse({ step: 'prune', score: 'obc', samples: 120, ...step });
  const statistics = await calibrate(content, parsed, data, { seed: 0 });
  const plan = planPrune(content, parsed, 0, statistics);
  const cut = prunedTensors(content, plan);
  return { content, cut, plan, outcome: await applyAndReconstruct(content, parsed, plan, data, { seed: 0, signal }) };
}

describe('reconstruction', () => {
  it.each([
    { amount: { sparsity: 0.7 } },
    { amount: { sparsity: 0.5 }, granularity: 'filter', scope: 'layer' },
    { amount: { sparsity: 0.5 }, granularity: '2x2' },
    { granularity: '2:4' },
  ] as const)('keeps every zero and makes every layer come nearer to what it was: %j', async (step) => {
    const tensors = tf.memory().numTensors;
    const { content, cut, plan, outcome } = await prune(step);
    expect(tf.memory().numTensors).toBe(tensors);
    const fitted = outcome.layers.filter(({ outputError }) => outputError);
    expect(fitted.map(({ name }) => name)).toEqual(
      plan.layers.filter(({ state }) => state === 'pruned').map(({ name }) => name),
    );
    expect(fitted.length).toBeGreaterThan(2);
    for (const { outputError } of fitted) {
      expect(outputError!.after).toBeLessThanOrEqual(outputError!.before * 1.0001);
      expect(outputError!.before).toBeGreaterThan(0);
    }
    for (const [name, { data }] of outcome.tensors) {
      const before = cut.get(name)!.data;
      if (!name.endsWith('kernel')) continue;
      data.forEach((value, i) => expect(value === 0).toBe(before[i] === 0));
    }
    expect(outcome.tensors.get('depthwise/depthwise_kernel')).toBe(content.tensors.get('depthwise/depthwise_kernel'));
    expect(outcome.tensors.get('out/bias')!.data).not.toEqual(content.tensors.get('out/bias')!.data);
    const nonzero = [...outcome.tensors.values()].reduce(
      (sum, { data }) => sum + data.filter((one) => one !== 0).length,
      0,
    );
    expect(outcome.totals.nonzero).toBe(nonzero);
    expect(outcome.layers.reduce((sum, layer) => sum + layer.nonzero, 0)).toBe(nonzero);
  });

  it('reports the error of outputs as comparisons of models do: a root, as a share of the standard deviation', async () => {
    // Comparisons use no more examples.
    const images = (await tinyDataset()).split('train').first(200);
    const step = { layers: { out: { sparsity: 0.6 } }, samples: images.length };
    const { content, cut, outcome } = await prune(step, undefined, images);
    const { before, after } = outcome.layers.find(({ name }) => name === 'out')!.outputError!;
    const errorOf = async (tensors: Tensors): Promise<number> => {
      const compared = await compareOutputs(content, { ...content, tensors }, Infinity, { images });
      if (typeof compared === 'string') throw new Error(compared);
      return compared.error;
    };
    expect(before).toBeGreaterThan(0.1);
    expect(before).toBeCloseTo(await errorOf(cut), 4);
    expect(after).toBeCloseTo(await errorOf(outcome.tensors), 4);
  });

  it('repeats bit for bit, and leaves nothing behind when it is cancelled', async () => {
    const step = { amount: { sparsity: 0.6 } };
    const [one, same] = [await prune(step), await prune(step)];
    expect(same.outcome).toEqual(one.outcome);
    const tensors = tf.memory().numTensors;
    await expect(prune(step, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
