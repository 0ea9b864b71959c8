import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import type { StepResult } from '../../../src/protocol/steps';
import { afterStep } from '../../../src/protocol/steps/measured-after';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { encodeCheckpoint, encodeForSizes } from '../../../src/engine/checkpoint/encode';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { estimatedBrotli, estimatedGzip } from '../../../src/engine/checkpoint/estimate-gzip';
import { plannedSizes } from '../../../src/engine/checkpoint/sizes';
import type { Checkpoint, ModelContent } from '../../../src/engine/checkpoint/types';
import { isElsewhere } from '../../../src/engine/checkpoint/values';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { prunedTensors } from '../../../src/engine/compress/prune/apply';
import { planPrune, putInOrder, type PrunePlan } from '../../../src/engine/compress/prune/plan';
import { readAhead } from '../../../src/engine/compress/prune/read-ahead';
import { Sharing } from '../../../src/engine/compress/prune/sharing-job';
import { histograms } from '../../../src/engine/measure/histogram';
import { countNonzero } from '../../../src/engine/measure/inspect';
import { differing } from '../../../src/engine/recipe/outcome';
import { keptWork } from '../../../src/engine/recipe/kept-work';
import { temporaryFolder } from '../temporary';

const [INPUTS, HIDDEN] = [7, 5];

/** Two dense layers, whose weights are often equal, of both signs, or 0. */
const modelOf = (kernels: readonly (readonly number[])[]): ModelContent => ({
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'two',
      layers: [HIDDEN, 3].map((units, i) => ({
        class_name: 'Dense',
        config: { name: `d${i}`, units, ...(i === 0 ? { batch_input_shape: [null, INPUTS] } : {}) },
      })),
    },
  },
  tensors: new Map(
    kernels.flatMap((values, i) => {
      const shape = [[INPUTS, HIDDEN], [HIDDEN, 3]][i]!; // prettier-ignore
      const kernel = { name: `d${i}/kernel`, shape, dtype: 'float32', data: Float32Array.from(values) } as const;
      const bias = { name: `d${i}/bias`, shape: shape.slice(1), dtype: 'float32', data: new Float32Array(shape[1]!) } as const; // prettier-ignore
      return [kernel, bias].map((tensor) => [tensor.name, tensor] as const);
    }),
  ),
});

const weight = fc.oneof(
  fc.constantFrom(0, -0, 0.5, -0.5, 2 ** -149, -(2 ** -149), 1 + 2 ** -23, 3e38),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);
const models = fc
  .tuple(
    fc.array(weight, { minLength: INPUTS * HIDDEN, maxLength: INPUTS * HIDDEN }),
    fc.array(weight, { minLength: HIDDEN * 3, maxLength: HIDDEN * 3 }),
  )
  .map(modelOf);

const amount = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((sparsity) => ({ sparsity })),
  fc.oneof(weight.map(Math.abs), fc.double({ min: 0, max: 2, noNaN: true })).map((threshold) => ({ threshold })),
);

async function both(model: ModelContent): Promise<{ whole: Checkpoint; large: Checkpoint }> {
  const { path } = await writeCheckpoint(await temporaryFolder(), model);
  return { whole: await readCheckpoint(path), large: await readCheckpoint(path, { largeFrom: 0 }) };
}

it('is planned and pruned as in memory: every threshold, count and bit', async () => {
  await fc.assert(
    fc.asyncProperty(
      models,
      fc.array(amount, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('global' as const, 'layer' as const),
      fc.boolean(),
      fc.constantFrom<Partial<PruneStep>>(
        {},
        { protect: ['d1'] },
        { layers: { d1: { sparsity: 0.5 } } },
        { layers: { d0: { threshold: 0.5 } } },
      ),
      fc.constantFrom('ahead', 'in order', 'when asked'),
      async (model, amounts, scope, allowEmptyLayers, more, read) => {
        const { whole, large } = await both(model);
        // One after another: later ones find the weights in order.
        for (const one of amounts) {
          const step = PruneStep.parse({ step: 'prune', amount: one, scope, allowEmptyLayers, ...more });
          if (!planned(whole, step)) continue;
          if (read === 'ahead') await readAhead(large, step);
          if (read === 'in order') await putInOrder(large, step, 0, new AbortController().signal);
          const [known, found] = [planPrune(whole, step), planPrune(large, step)];
          expect(found.layers).toEqual(known.layers);
          expect(found.totals).toEqual(known.totals);
          const [then, now] = [prunedTensors(whole, known), prunedTensors(large, found)].map((tensors) => ({
            ...whole,
            tensors,
          }));
          expect(differing(then!, now!)).toBeUndefined();
          for (const [name, tensor] of then!.tensors)
            expect(countNonzero(now!.tensors.get(name)!)).toBe(countNonzero(tensor));
          expect(encodeCheckpoint(now!).weightsHash).toBe(encodeCheckpoint(then!).weightsHash);
          const told: StepResult = { step: 'prune', layers: [...found.layers], ...afterStep(null) };
          expect(keptWork(large, now!, told)).toEqual(keptWork(whole, then!, told));
        }
      },
    ),
    { numRuns: 25 },
  );
});

it('is planned and applied without a look at its files, once its weights are in order', async () => {
  const equal = (length: number): number[] => Array.from({ length }, (_, i) => (i % 3 === 0 ? 0.5 : 0.5 + i));
  const { large } = await both(modelOf([equal(INPUTS * HIDDEN), equal(HIDDEN * 3)]));
  const step = PruneStep.parse({ step: 'prune', scope: 'layer', amount: { sparsity: 0.2 } });
  await putInOrder(large, step, 0, new AbortController().signal);
  for (const { name } of large.files.slice(1)) await rm(path.join(large.folder, name));
  const plan = planPrune(large, step);
  // Some of the equal weights stay: which, only the values tell.
  expect(plan.selections.get('d0')).toMatchObject({ below: 0.5, ties: 7 });
  const kernel = prunedTensors(large, plan).get('d0/kernel')!;
  expect(countNonzero(kernel)).toBe(INPUTS * HIDDEN - 7);
  expect(() => kernel.data).toThrow(/does not exist/);
});

it('stops waiting for the order of its weights when the plan is cancelled', async () => {
  const { large } = await both(modelOf([Array.from({ length: INPUTS * HIDDEN }, (_, i) => i), [1, 2, 3].flatMap((i) => [i, i, i, i, i])])); // prettier-ignore
  const step = PruneStep.parse({ step: 'prune', amount: { sparsity: 0.5 } });
  await expect(putInOrder(large, step, 0, AbortSignal.abort())).rejects.toThrow(CancelledError);
  await putInOrder(large, step, 0, new AbortController().signal);
  expect(planPrune(large, step).totals.nonzero).toBe(25);
});

/** Plans a step; undefined where the layers that may be pruned have too few weights. */
function planned(model: ModelContent, step: PruneStep): PrunePlan | undefined {
  try {
    return planPrune(model, step);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

it.each<Partial<PruneStep>>([
  { amount: { sparsity: 0.5 } },
  { amount: { sparsity: 0.5 }, scope: 'layer' },
  { amount: { threshold: 1 + 2 ** -18 } },
  { amount: { sparsity: 0.5 }, layers: { d1: { sparsity: 0.3 } } },
  { amount: { sparsity: 0.5 }, layers: { d1: { threshold: 1 + 2 ** -19 } } },
  { layers: { d0: { standardDeviations: 1 } } },
])('is read before it is planned, and not again: %j', async (given) => {
  // All sizes share their upper bits.
  const close = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i * 2 ** -22));
  const { path: file, folder, files } = (await both(modelOf([close(INPUTS * HIDDEN), close(HIDDEN * 3)]))).large;
  const [one, other] = [await readCheckpoint(file, { largeFrom: 0 }), await readCheckpoint(file, { largeFrom: 0 })];
  const step = PruneStep.parse({ step: 'prune', ...given });
  const known = planPrune(one, step, 7);
  await readAhead(other, step, 7);
  await rm(path.join(folder, files[1]!.name));
  expect(planPrune(other, step, 7).layers).toEqual(known.layers);
});

it('is searched for the same upper bits, four weights at a time', () => {
  const words = Int32Array.from({ length: 23 }, (_, i) => (i % 3 === 0 ? 5 : 6) * 2 ** 15 + i + (i % 2) * 2 ** 31);
  for (let length = 0; length <= words.length; length++) {
    const sharing = new Sharing(5);
    sharing.add(words.subarray(0, length));
    expect([...sharing.found()]).toEqual(Array.from({ length: Math.ceil(length / 3) }, (_, i) => 3 * i));
  }
  const many = new Sharing(6);
  many.add(new Int32Array(3000).fill(6 * 2 ** 15 + 1));
  expect([...many.found()]).toEqual(new Array(3000).fill(1));
});

it('has the same histograms', async () => {
  await fc.assert(
    fc.asyncProperty(models, async (model) => {
      const { whole, large } = await both(model);
      const [known, found] = await Promise.all([whole, large].map((one) => histograms(one, [null, 'd0', 'd1'], 16)));
      found!.forEach(({ mean, std, ...rest }, i) => {
        const { mean: itsMean, std: itsStd, ...its } = known![i]!;
        expect(rest).toEqual(its);
        expect(Math.abs(mean - itsMean)).toBeLessThanOrEqual(1e-12 * Math.max(its.max, -its.min));
        expect(Math.abs(std - itsStd)).toBeLessThanOrEqual(1e-6 * Math.max(its.max, -its.min));
      });
    }),
    { numRuns: 40 },
  );
});

it('is encoded for its sizes without its hash, and written part by part', async () => {
  const data = Float32Array.from({ length: 1_200_000 }, (_, i) => Math.sin(i * i));
  const tensors = new Map([['w', { name: 'w', shape: [data.length], dtype: 'float32', data } as const]]);
  const model = { modelTopology: { class_name: 'Sequential', config: { name: 'empty', layers: [] } }, tensors };
  const { large } = await both(model);
  expect(isElsewhere(large.tensors.get('w')!)).toBe(true);
  const [sized, exact] = [encodeForSizes(large), encodeCheckpoint(large)];
  expect(sized.modelJson.bytes.byteLength).toBe(exact.modelJson.bytes.byteLength);
  expect(exact.weightsHash).toBe(large.weightsHash);
  const joined = Buffer.concat(exact.shards.map(({ bytes }) => bytes));
  expect(joined.equals(Buffer.from(data.buffer))).toBe(true);
  const [shard] = exact.shards;
  expect(Buffer.from(shard!.read(5, 11)).equals(joined.subarray(5, 16))).toBe(true);
  const { gzipBytes, brotliBytes } = await plannedSizes(large, { brotli: true });
  const places = exact.shards.map((one) => ({
    bytes: one.byteLength,
    read: (offset: number, length: number) => one.read(offset, length),
  }));
  expect(Math.abs((await estimatedGzip(places)) / gzipBytes - 1)).toBeLessThan(0.01);
  expect(Math.abs((await estimatedBrotli(places)) / brotliBytes! - 1)).toBeLessThan(0.01);
});
