import { encode } from 'fast-png';
import type { Evaluation } from '../../../src/protocol/measure';
import type { Answers, AnswersQuestion } from '../../../src/protocol/measure/answers';
import { classColor } from '../../../src/protocol/measure/class-colors';
import type { Details } from '../../../src/protocol/measure/evaluation';
import { measured, type MetricValue, type MetricValues } from '../../../src/protocol/metric';
import type { TaskInfo } from '../../../src/protocol/task';
import { random } from './weights';

/** The tasks that the fake host can pretend. */
export const FAKE_TASKS = ['classes', 'many-classes', 'regression', 'pictures', 'outputs', 'labels', 'pixels', 'steps'] as const; // prettier-ignore
export type FakeTask = (typeof FAKE_TASKS)[number];

/** The main metric in place of an accuracy: where numbers are predicted, an error that grows as the accuracy falls. */
export const metricAt = (task: FakeTask, accuracy: number): MetricValue =>
  task === 'regression' ? measured('rmse', 0.6 * (1 - accuracy)) : measured('accuracy', accuracy);

const SIDE = 28;

const picture = (shade: (x: number, y: number) => number): string => {
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => shade(i % SIDE, Math.floor(i / SIDE)));
  const png = encode({ width: SIDE, height: SIDE, channels: 1, depth: 8, data });
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
};
/** A ring of a certain size. */
const ring = (size: number, blur: number): string =>
  picture((x, y) => 255 / (1 + (Math.abs(Math.hypot(x - 13.5, y - 13.5) - size) / blur) ** 4));

/** A disk of one class on another, with a margin of a third. */
const map = (size: number, off: number): string => {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const far = Math.hypot((i % SIDE) - 13.5, Math.floor(i / SIDE) - 13.5 - off);
    data.set(classColor(far < size ? 2 : far < size + 3 ? 1 : 0), i * 3);
  }
  const png = encode({ width: SIDE, height: SIDE, channels: 3, depth: 8, data });
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
};

const METRICS_OF: Readonly<Record<Exclude<FakeTask, 'classes' | 'many-classes'>, MetricValues>> = {
  regression: [measured('rmse', 0.0512), measured('mae', 0.0391), measured('r2', 0.941), measured('loss', 0.00262)],
  pictures: [measured('psnr', 27.31), measured('rmse', 0.0431), measured('mae', 0.0214), measured('loss', 0.00186)],
  outputs: [
    measured('rmse', 2.31, 'age'),
    measured('mae', 1.72, 'age'),
    measured('accuracy', 0.913, 'species'),
    measured('macro-f1', 0.897, 'species'),
    measured('loss', 5.61),
  ],
  labels: [measured('macro-f1', 0.612), measured('auc', 0.871), measured('accuracy', 0.934), measured('loss', 0.171)],
  pixels: [measured('iou', 0.713), measured('accuracy', 0.921), measured('macro-f1', 0.82), measured('loss', 0.22)],
  steps: [measured('accuracy', 0.883), measured('macro-f1', 0.804), measured('loss', 0.41)],
};

const task = (name: TaskInfo['name'], output?: string): TaskInfo => ({
  ...{
    name,
    loss: 'mean_squared_error',
    said: `Task: ${name}, because the model was trained with mean_squared_error.`,
  },
  ...(output === undefined ? {} : { output }),
});
const TASKS_OF: Readonly<Record<keyof typeof METRICS_OF, TaskInfo[]>> = {
  regression: [task('regression')],
  pictures: [task('reconstruction')],
  outputs: [task('regression', 'age'), task('classification', 'species')],
  labels: [task('multi-label')],
  pixels: [task('pixel-classification')],
  steps: [task('step-classification')],
};

const LABELS = ['sky', 'sea', 'tree', 'house', 'person', 'dog', 'car', 'snow', 'night', 'crowd'];
const PLACES = ['background', 'road', 'car'];
const OF_PLACES = [
  [91_024, 1204, 211],
  [2310, 40_112, 899],
  [402, 1711, 8120],
];

/** The figures of classes or labels of a task that has some. */
function detailsOf(task: keyof typeof METRICS_OF): Details {
  const next = random(5);
  const none = { perClass: [], confusion: [] };
  if (task === 'labels')
    return {
      ...none,
      labels: LABELS.map((name, i) => ({
        ...{ name, support: 400 - 37 * i, precision: i === 9 ? null : 0.5 + next() / 2, recall: next() },
        ...{ f1: next(), auc: 0.5 + next() / 2, missed: 40 + i, wrong: i === 9 ? 0 : 20 + i },
      })),
    };
  if (task !== 'pixels' && task !== 'steps') return none;
  const perClass = OF_PLACES.map((row, i) => {
    const samples = row.reduce((sum, one) => sum + one, 0);
    return { name: PLACES[i]!, samples, accuracy: row[i]! / samples, ...(task === 'pixels' ? { iou: 0.9 - 0.2 * i } : {}) }; // prettier-ignore
  });
  return { perClass, confusion: OF_PLACES };
}

/** Forty classes, of which neighbors are confused. */
function manyClasses(): Pick<Evaluation, 'metrics' | 'accuracy' | 'perClass' | 'confusion'> {
  const next = random(3);
  const confusion = Array.from({ length: 40 }, (_, actual) =>
    Array.from({ length: 40 }, (_, predicted) =>
      predicted === actual ? 80 + Math.floor(15 * next()) : Math.floor(next() * (9 / Math.abs(predicted - actual))),
    ),
  );
  const perClass = confusion.map((row, actual) => {
    const samples = row.reduce((sum, count) => sum + count, 0);
    return { name: `letter ${actual + 1}`, samples, accuracy: row[actual]! / samples };
  });
  return { metrics: [measured('accuracy', 0.861), measured('loss', 0.52)], accuracy: 0.861, perClass, confusion };
}

/** An evaluation of another task than ten classes; of these where that is asked for. */
export function evaluationOfTask(task: FakeTask, tenClasses: Evaluation): Evaluation {
  if (task === 'classes') return tenClasses;
  if (task === 'many-classes') return { ...tenClasses, ...manyClasses() };
  const metrics = METRICS_OF[task];
  const { split, samples, samplesPerSecond, dataset } = tenClasses;
  const { perClass, confusion } = tenClasses;
  const outputs = [
    { output: 'age', perClass: [], confusion: [] },
    { output: 'species', perClass, confusion },
  ];
  return {
    ...{ split, samples, metrics, tasks: TASKS_OF[task], loss: metrics.at(-1)!.value },
    ...detailsOf(task),
    ...(task === 'outputs' ? { outputs } : {}),
    samplesPerSecond,
    dataset,
  };
}

/** Answers of such a task. */
export function answersOfTask(task: FakeTask, { of }: AnswersQuestion): Answers {
  const next = random(11);
  const examples = Array.from({ length: 7 }, (_, i) => ({
    ...{ place: 31 * i + 2, picture: ring(4 + i, 3), probability: 0.41 + 0.07 * i },
  }));
  const cell = of.kind === 'cell' ? { actual: of.actual, predicted: of.predicted } : null;
  if (task === 'pixels')
    return {
      ...{ kind: 'maps', cell },
      rows: [4, 6, 8, 10].map((size, place) => ({
        ...{ place, input: ring(size, 6), target: map(size, 0), answer: map(size, 2), right: 0.9 + place / 100 },
      })),
    };
  if (task === 'steps')
    return {
      ...{ kind: 'steps', cell, steps: 300 },
      rows: [3, 4].map((place) => {
        const target = Array.from({ length: 256 }, () => Math.floor(3 * next()));
        const answer = target.map((one) => (next() < 0.1 ? (one + 1) % 3 : one));
        return { place, target, answer, inputs: target.map((_, i) => (i * place) % 97), right: 0.9 };
      }),
    };
  if (of.kind === 'label') return { kind: 'labels', mistake: { label: of.label, mistake: of.mistake }, examples };
  if (cell) return { kind: 'classes', cell, examples };
  if (task === 'pictures')
    return {
      kind: 'pictures',
      rows: [4, 6, 8, 10].map((size) => ({ input: ring(size, 6), target: ring(size, 2), answer: ring(size, 3) })),
    };
  const points = (spread: number): [number, number][] =>
    Array.from({ length: 400 }, () => {
      const truth = 3 * next() ** 2;
      return [truth, truth + spread * (next() + next() + next() - 1.5)];
    });
  return { kind: 'numbers', width: 2, numbers: [points(0.3), points(1.2)] };
}
