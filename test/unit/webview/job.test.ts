import { expect, test } from 'vitest';
import type { RecipeJob } from '../../../src/protocol/panel';
import { FinetuneStep } from '../../../src/protocol/steps/finetune';
import { PruneStep } from '../../../src/protocol/steps/prune';
import type { RunEvent } from '../../../src/protocol/run';
import { epochRecord } from '../../../src/protocol/epoch';
import { measured } from '../../../src/protocol/metric';
import { curveData } from '../../../src/webview/run/curve-data';
import { onRunEvent, stageWords, startedJob, type JobView } from '../../../src/webview/run/job-view';
import { nonzeroMacs } from '../../../src/protocol/figures';
import { readSaved } from '../../../src/webview/state/saved';
import { emptyLayer, layerOf } from './fixtures';

const progress = { stage: 's', done: 1, total: 2, unit: 'images', rate: 3, secondsLeft: 4 };
const record = epochRecord({
  epoch: 1,
  loss: 0.3,
  training: [measured('accuracy', 0.9)],
  validation: [measured('accuracy', 0.88)],
  test: [measured('accuracy', 0.87)],
  seconds: 5,
});
const asked: RecipeJob = {
  steps: [PruneStep.parse({ step: 'prune' }), FinetuneStep.parse({ step: 'finetune', epochs: 2 })],
  seed: 0,
  folder: 'out',
};
const after = (events: RunEvent[]): JobView => events.reduce(onRunEvent, startedJob(asked));
const point = (epoch: number): RunEvent => ({
  kind: 'progress',
  progress,
  training: { epoch, loss: 1 - epoch, metric: measured('accuracy', epoch) },
});

test('a run has its step, its progress, its curve and its epochs', () => {
  const view = after([
    { kind: 'step', index: 1, steps: 3, step: 'finetune' },
    point(0.1),
    point(0.2),
    { kind: 'epoch', step: 'finetune', epochs: 2, record },
    { kind: 'message', text: 'hello' },
  ]);
  expect(view).toMatchObject({ status: 'running', step: { index: 1, steps: 3, name: 'finetune' }, progress });
  expect(view.curve.map(({ epoch }) => epoch)).toEqual([0.1, 0.2]);
  expect(view.records).toEqual([record]);
  expect(view.messages).toEqual(['hello']);
});

test('a run shows its step and stage without repetition', () => {
  const step: RunEvent = { kind: 'step', index: 1, steps: 2, step: 'finetune' };
  const at = (stage: string) => stageWords(after([step, { kind: 'progress', progress: { ...progress, stage } }]));
  expect(stageWords(after([]))).toBe('Starting');
  expect(stageWords(after([step]))).toBe('Step 2 of 2: Fine-tuning');
  expect(at('fine-tuning, epoch 1 of 1')).toBe('Step 2 of 2: Fine-tuning, epoch 1 of 1');
  expect(at('evaluating')).toBe('Step 2 of 2: Fine-tuning \u00b7 evaluating');
  expect(stageWords({ ...after([step]), status: 'cancelling' })).toBe('Cancelling\u2026');
});

test('a training step starts a new curve', () => {
  const view = after([point(0.5), { kind: 'step', index: 1, steps: 2, step: 'finetune' }]);
  expect(view).toMatchObject({ epochs: 2, curve: [], records: [] });
});

test('a new step starts without progress', () => {
  expect(after([point(0.1), { kind: 'step', index: 2, steps: 3, step: 'evaluate' }]).progress).toBeNull();
});

test('a long curve is thinned and keeps its first and last point', () => {
  const view = after(Array.from({ length: 3000 }, (_, index) => point(index / 3000)));
  expect(view.curve.length).toBeLessThanOrEqual(400);
  expect(view.curve[0]?.epoch).toBe(0);
  expect(view.curve.at(-1)?.epoch).toBeCloseTo(2999 / 3000);
});

test('messages do not pile up', () => {
  const view = after(Array.from({ length: 200 }, (_, index) => ({ kind: 'message', text: String(index) })));
  expect(view.messages.length).toBe(50);
  expect(view.messages.at(-1)).toBe('199');
});

test('the curve has its points in order of time and validation only at whole epochs', () => {
  const data = curveData(
    [
      { epoch: 0.5, loss: 1, metric: measured('accuracy', 0.5) },
      { epoch: 1.5, loss: 0.5, metric: measured('accuracy', 0.8) },
    ],
    [record],
  );
  expect(data.loss.map(({ x }) => x)).toEqual([0.5, 1.5]);
  expect(data.validation).toEqual([{ x: 1, y: 0.88 }]);
});

test('the curve shows smoothed batches, and does not jump at the start of an epoch', () => {
  // Each batch has a loss of 2 - epoch; the engine reports the mean of the epoch so far.
  const lossAt = (epoch: number): number => 2 - epoch;
  const points = Array.from({ length: 100 }, (_, index) => {
    const epoch = (index + 1) / 50;
    const begun = Math.ceil(epoch - 1e-9) - 1;
    return { epoch, loss: (lossAt(begun) + lossAt(epoch)) / 2, metric: measured('accuracy', 0.5) };
  });
  const { loss, metric } = curveData(points, []);
  expect(loss).toHaveLength(100);
  loss.forEach(({ x, y }, index) => {
    expect(Math.abs(y - lossAt(x))).toBeLessThan(0.07);
    if (index > 0) expect(Math.abs(y - loss[index - 1]!.y)).toBeLessThan(0.03);
  });
  for (const { y } of metric) expect(y).toBeCloseTo(0.5, 9);
});

test('a curve of RMSE shows the batches: the squares of its values are means', () => {
  // The squared error of batches rises from 1 to 4 after half an epoch.
  const points = Array.from({ length: 200 }, (_, index) => {
    const epoch = (index + 1) / 200;
    const mean = epoch <= 0.5 ? 1 : (0.5 + 4 * (epoch - 0.5)) / epoch;
    return { epoch, loss: mean, metric: measured('rmse', Math.sqrt(mean)) };
  });
  const errors = curveData(points, []).metric;
  expect(errors[90]?.y).toBeCloseTo(1, 6);
  expect(errors.at(-1)?.y).toBeCloseTo(2, 3);
});

test('a metric that is no mean of batches is shown as it is reported, and may be below 0', () => {
  const { metric } = curveData([{ epoch: 0.5, loss: 1, metric: measured('r2', -3) }], []);
  expect(metric).toEqual([{ x: 0.5, y: -3 }]);
});

test('a page that joins after the batches shows the means of whole epochs', () => {
  expect(curveData([], [record])).toMatchObject({
    loss: [{ x: 1, y: 0.3 }],
    metric: [{ x: 1, y: 0.9 }],
    validation: [{ x: 1, y: 0.88 }],
  });
});

test('multiply-accumulates shrink with the density of their layer', () => {
  const layers = [layerOf('a', [1, 1, 0, 0]), emptyLayer('b')];
  expect(nonzeroMacs(layers)).toBe(2);
  expect(nonzeroMacs([{ ...layers[0]!, sparsity: 0.75 }, layers[1]!])).toBe(1);
  // Each is a whole number, so that a table adds up.
  expect(nonzeroMacs(Array.from({ length: 3 }, () => ({ macs: 10, sparsity: 0.66 })))).toBe(9);
  expect(nonzeroMacs([{ ...layers[0]!, macs: null }])).toBeNull();
  expect(nonzeroMacs([layers[0]!, { ...layers[1]!, macs: null }])).toBeNull();
});

test('saved state is restored, and invalid parts get their defaults', () => {
  const saved = readSaved({
    selected: 'conv2d',
    scope: 'layer',
    mode: 'percent',
    amounts: { global: { mode: 'percent', value: 90 }, layers: {}, allowEmptyLayers: false },
    log: true,
    sort: { column: 'params', descending: true },
    epochs: 3,
  });
  expect(readSaved(JSON.parse(JSON.stringify(saved)))).toEqual(saved);
  expect(readSaved({ ...saved, mode: 'furlongs', amounts: { global: 3 } })).toEqual({
    ...saved,
    mode: 'absolute',
    amounts: { global: null, layers: {}, allowEmptyLayers: false },
  });
  for (const nonsense of [undefined, null, 7, 'x', []]) expect(readSaved(nonsense).scope).toBe('global');
});

test('a student with a teacher and the same one without are two curves; another seed begins new ones', () => {
  const student = (index: number) => ({ index, of: 4, taught: index % 2 === 0, seed: Math.floor(index / 2) });
  const trained = (index: number, epoch: number): RunEvent[] => [
    {
      kind: 'progress',
      progress,
      training: { epoch, loss: 1, metric: measured('accuracy', 0.5), student: student(index) },
    },
    { kind: 'epoch', step: 'distill', epochs: 2, record: { ...record, epoch }, student: student(index) },
  ];
  const first = [...trained(0, 1), ...trained(0, 2), ...trained(1, 1)];
  const view = after(first);
  expect(view.students).toMatchObject({
    now: { index: 1 },
    taught: [{ epoch: 1 }, { epoch: 2 }],
    alone: [{ epoch: 1 }],
  });
  expect(view.curve).toHaveLength(1);
  const { taught, alone } = view.students!;
  const data = curveData([], taught, alone);
  // The student without a teacher has neither loss nor metric of its own in the drawing.
  expect(data.loss).toEqual([1, 2].map((x) => ({ x, y: 0.3 })));
  expect(data.metric).toEqual([1, 2].map((x) => ({ x, y: 0.9 })));
  expect(data.validation).toEqual([1, 2].map((x) => ({ x, y: 0.88 })));
  expect(data.alone).toEqual([{ x: 1, y: 0.88 }]);
  expect(after([...first, ...trained(2, 1)]).students).toMatchObject({ taught: [{ epoch: 1 }], alone: [] });
});
