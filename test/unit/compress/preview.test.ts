import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { Preview, type PreviewPart } from '../../../src/protocol/measure';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { tf } from '../../../src/engine/tf';
import { CheckpointStore } from '../../../src/engine/checkpoint/store';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { preview, type SampleEvaluator } from '../../../src/engine/compress/preview';
import { tinyModel, tinyWeights, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';
import { tinyDataset } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

const normalization = { mean: 0, std: 1, from: 'given' } as const;
const half = PruneStep.parse({ step: 'prune', amount: { sparsity: 0.5 } });

/** "Accuracy" is the sum of the kernel as the model holds it, so that a test sees which weights it was measured with. */
function kernelSum(during?: () => unknown): SampleEvaluator & { measured: number[] } {
  const measured: number[] = [];
  return {
    key: 'sum',
    measured,
    evaluate: async (model, signal) => {
      await during?.();
      if (signal.aborted) throw new CancelledError();
      const accuracy = sumOf(model.getWeights()[0]!.dataSync());
      measured.push(accuracy);
      return { accuracy, loss: 0, samples: 9, sampleData: false, normalization };
    },
  };
}

async function setUp(weights = tinyWeights()) {
  const file = await writeRaw(await temporaryFolder(), tinyModel(), weights);
  const store = new CheckpointStore();
  const ask = (
    step: PruneStep,
    accuracy: SampleEvaluator | string,
    more: { signal?: AbortSignal; onPart?: (part: PreviewPart) => void } = {},
  ) =>
    store.use(file, (session) =>
      preview(session, step, {
        accuracy: typeof accuracy === 'string' ? accuracy : () => Promise.resolve(accuracy),
        ...more,
      }),
    );
  return { file, store, ask };
}

const sumOf = (data: ArrayLike<number>) => Array.from(data).reduce((total, weight) => total + Math.abs(weight), 0);

describe('a preview', () => {
  it('tells counts, then bytes as they would be written, then accuracy as planned and as it is', async () => {
    const { file, store, ask } = await setUp();
    const parts: PreviewPart[] = [];
    const evaluator = kernelSum();
    const answer = Preview.parse(await ask(half, evaluator, { onPart: (part) => parts.push(part) }));
    expect(parts).toEqual([
      { part: 'counts', counts: answer.counts },
      { part: 'bytes', bytes: answer.bytes },
    ]);
    await store.use(file, async ({ checkpoint }) => {
      const plan = planPrune(checkpoint, half);
      const { tensors } = applyPrune(checkpoint, plan);
      expect(answer.counts).toEqual({ layers: plan.layers, totals: plan.totals });
      expect(answer.accuracy?.baseline).toBeCloseTo(sumOf(checkpoint.tensors.get('logits/kernel')!.data), 4);
      expect(answer.accuracy?.accuracy).toBeCloseTo(sumOf(tensors.get('logits/kernel')!.data), 4);
      const written = await writeCheckpoint(await temporaryFolder(), { ...checkpoint, tensors });
      expect(answer.bytes.bytes).toBe(written.bytes);
    });
    expect(await readdir(path.dirname(file))).toEqual(['group1-shard1of1.bin', 'model.json']);
  });

  it('measures the model as it is only once', async () => {
    const { ask } = await setUp();
    const evaluator = kernelSum();
    for (const sparsity of [0.5, 0.7, 0.5]) await ask({ ...half, amount: { sparsity } }, evaluator);
    expect(evaluator.measured).toHaveLength(4);
    expect(evaluator.measured[3]).toBe(evaluator.measured[1]);
  });

  it('keeps two previews of one checkpoint apart', async () => {
    const { ask } = await setUp();
    const slow = kernelSum(() => new Promise((resolve) => setTimeout(resolve, 20)));
    const [one, other] = await Promise.all([0.2, 0.8].map((sparsity) => ask({ ...half, amount: { sparsity } }, slow)));
    const alone = await ask({ ...half, amount: { sparsity: 0.2 } }, kernelSum());
    expect(one!.accuracy?.accuracy).toBe(alone.accuracy?.accuracy);
    expect(other!.accuracy!.accuracy).toBeLessThan(one!.accuracy!.accuracy);
  });

  it('stops when it is cancelled, and the next one is not the worse for it', async () => {
    const { ask } = await setUp();
    const abort = new AbortController();
    const stopped = ask(
      half,
      kernelSum(() => abort.abort()),
      { signal: abort.signal },
    );
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    const answer = await ask(half, kernelSum());
    expect(answer.accuracy!.accuracy).toBeLessThan(answer.accuracy!.baseline);
    const early = new AbortController();
    const parts: PreviewPart[] = [];
    const never = kernelSum();
    const question = ask(half, never, {
      signal: early.signal,
      onPart: (part) => {
        parts.push(part);
        early.abort();
      },
    });
    await expect(question).rejects.toBeInstanceOf(CancelledError);
    expect(parts.map(({ part }) => part)).toEqual(['counts']);
    expect(never.measured).toEqual([]);
  });

  it('says why there is no accuracy, and still counts', async () => {
    const { ask } = await setUp();
    const none = await ask(half, 'no dataset chosen');
    expect(none).toMatchObject({
      accuracy: null,
      noAccuracy: 'no dataset chosen',
      counts: { totals: { sparsity: 0.5 } },
    });
    const misfit = { key: 'x', evaluate: () => Promise.reject(new UserError('The images do not fit.')) };
    expect(await ask(half, misfit)).toMatchObject({ accuracy: null, noAccuracy: 'The images do not fit.' });
    const broken = { key: 'y', evaluate: () => Promise.reject(new Error('a fault')) };
    await expect(ask(half, broken)).rejects.toThrow('a fault');
  });

  it('looks at the training images once for all amounts, also where the first look was cancelled', async () => {
    const { file, store } = await setUp();
    const calibration = { key: 'shapes', data: await tinyDataset() };
    const asked = async (sparsity: number, signal?: AbortSignal) => {
      const parts: string[] = [];
      const step = PruneStep.parse({ step: 'prune', score: 'wanda', samples: 200, amount: { sparsity } });
      const options = { accuracy: 'none', calibration, signal, onPart: ({ part }: PreviewPart) => parts.push(part) };
      const answer = await store.use(file, (session) => preview(session, step, options));
      // On a busy machine progress is told more than once, as it is every tenth of a second.
      return { parts: [...new Set(parts)], sparsity: answer.counts.totals.sparsity };
    };
    const abort = new AbortController();
    const [stopped, first] = [asked(0.5, abort.signal), asked(0.5)];
    abort.abort();
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    expect(await first).toEqual({ parts: ['progress', 'counts', 'bytes'], sparsity: 0.5 });
    expect(await asked(0.75)).toEqual({ parts: ['counts', 'bytes'], sparsity: 0.75 });
    await expect(
      store.use(file, (session) => preview(session, { ...half, score: 'taylor' }, { accuracy: 'none' })),
    ).rejects.toThrow('The score taylor is computed from training images: choose a dataset, ');
  });

  it('leaves no tensor behind once the checkpoint is released', async () => {
    const before = tf.memory().numTensors;
    const { file, store, ask } = await setUp();
    for (const sparsity of [0.1, 0.5, 0.9]) await ask({ ...half, amount: { sparsity } }, kernelSum());
    store.release(file);
    await new Promise(setImmediate);
    expect(tf.memory().numTensors).toBe(before);
  });
});
