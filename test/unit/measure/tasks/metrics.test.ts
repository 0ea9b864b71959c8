import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lossOf } from '../../../../src/engine/measure/losses';
import { OfClasses } from '../../../../src/engine/measure/tasks/of-classes';
import { OfLabels } from '../../../../src/engine/measure/tasks/of-labels';
import { OfNumbers } from '../../../../src/engine/measure/tasks/of-numbers';
import type { Task } from '../../../../src/engine/measure/tasks/task';
import { plainLoss } from '../../../../src/engine/model/trained-for';
import type { LossName, TaskName } from '../../../../src/protocol/task';

const numbers = z.array(z.number());
const Fixture = z.object({
  metrics: z.object({
    classes: z.object({ labels: numbers, scores: numbers, accuracy: z.number(), f1: z.number() }),
    binary: z.object({ labels: numbers, scores: numbers, accuracy: z.number(), f1: z.number(), auc: z.number() }),
    labels: z.object({ targets: numbers, scores: numbers, accuracy: z.number(), f1: z.number(), auc: z.number() }),
    numbers: z.object({ targets: numbers, scores: numbers, rmse: z.number(), mae: z.number(), r2: z.number() }),
    pixels: z.object({ labels: numbers, scores: numbers, iou: z.number(), accuracy: z.number() }),
  }),
});
const { metrics: known } = Fixture.parse(
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../fixtures/keras/losses-and-metrics.json'), 'utf8')),
);

const options = (name: TaskName, loss: LossName) => ({
  info: { name, loss, said: '' },
  loss: lossOf(plainLoss(loss)),
});
const classes = (count: number, places = 1) =>
  new OfClasses({
    ...options(places === 1 ? 'classification' : 'pixel-classification', 'categorical_crossentropy'),
    ...{ classes: count, units: count, places, form: 'logits' },
  });

/** Measures in two parts, of which the second has a row too many, as a padded batch has. */
function measured(task: Task, scores: readonly number[], targets: readonly number[]): Record<string, number> {
  const meter = task.meter();
  const rows = targets.length / task.targetSize;
  const half = Math.floor(rows / 3);
  const part = (all: readonly number[], from: number, to: number, size: number) =>
    Float32Array.from(all.slice(from * size, to * size));
  meter.add(part(scores, 0, half, task.scoreSize), part(targets, 0, half, task.targetSize), half);
  const rest = Float32Array.of(...part(scores, half, rows, task.scoreSize), ...new Float32Array(task.scoreSize));
  meter.add(rest, part(targets, half, rows, task.targetSize), rows - half);
  expect(meter.samples).toBe(rows);
  expect(meter.main).toEqual(meter.values[0]);
  return Object.fromEntries(meter.values.map(({ name, value }) => [name, value]));
}

describe('metrics are those of scikit-learn', () => {
  it('for classes', () => {
    const { labels, scores, accuracy, f1 } = known.classes;
    const found = measured(classes(4), scores, labels);
    expect(found['accuracy']).toBeCloseTo(accuracy, 10);
    expect(found['macro-f1']).toBeCloseTo(f1, 10);
    expect(Object.keys(found)).toEqual(['accuracy', 'macro-f1', 'loss']);
  });

  it('for one unit and two classes, with ties', () => {
    const { labels, scores, accuracy, f1, auc } = known.binary;
    const found = measured(classes(2), scores.flatMap((score) => [0, score]), labels); // prettier-ignore
    expect(found['accuracy']).toBeCloseTo(accuracy, 10);
    expect(found['macro-f1']).toBeCloseTo(f1, 10);
    expect(found['auc']).toBeCloseTo(auc, 10);
  });

  it('for labels', () => {
    const { targets, scores, accuracy, f1, auc } = known.labels;
    const task = new OfLabels({ ...options('multi-label', 'binary_crossentropy'), labels: 3, form: 'logits' });
    const found = measured(task, scores, targets);
    expect(found['macro-f1']).toBeCloseTo(f1, 10);
    expect(found['auc']).toBeCloseTo(auc, 10);
    expect(found['accuracy']).toBeCloseTo(accuracy, 10);
  });

  it('for numbers', () => {
    const { targets, scores, rmse, mae, r2 } = known.numbers;
    const task = new OfNumbers({
      ...options('regression', 'mean_squared_error'),
      ...{ size: 2, columns: 2, squashed: false, targetsOf: ({ numbers: all }) => all },
    });
    const found = measured(task, scores, targets);
    expect(found['rmse']).toBeCloseTo(rmse, 5);
    expect(found['mae']).toBeCloseTo(mae, 5);
    expect(found['r2']).toBeCloseTo(r2, 5);
    expect(found['loss']).toBeCloseTo(rmse ** 2, 5);
    expect(Object.keys(measured(task, [1, 2, 3, 4], [5, 1, 5, 2]))).toEqual(['rmse', 'mae', 'loss']);
  });

  it('for pixels', () => {
    const { labels, scores, iou, accuracy } = known.pixels;
    const found = measured(classes(3, 5), scores, labels);
    expect(found['iou']).toBeCloseTo(iou, 10);
    expect(found['accuracy']).toBeCloseTo(accuracy, 10);
  });
});

it('an answer that does not look at the examples scores the chance level', () => {
  const { targets } = known.numbers;
  const task = new OfNumbers({
    ...options('regression', 'mean_squared_error'),
    ...{ size: 2, columns: 2, squashed: false, targetsOf: ({ numbers: all }) => all },
  });
  const row = task.ignorant([Float32Array.from(targets)]);
  const meter = task.meter();
  meter.add(
    Float32Array.from(targets, (_, i) => row[i % 2]!),
    Float32Array.from(targets),
    targets.length / 2,
  );
  expect(meter.main.value).toBeCloseTo(meter.chance, 4);
  expect(meter.values[2]!.value).toBeCloseTo(0, 4);
  expect(classes(4).meter().chance).toBe(0.25);
});

it('the noise of an image has the unit of its range', () => {
  const image = (peak: number) =>
    new OfNumbers({
      ...options('reconstruction', 'mean_squared_error'),
      ...{ size: 4, columns: 1, squashed: false, peak, targetsOf: ({ numbers: all }) => all },
    });
  const [exact, near] = [[0, 0.25, 0.5, 1], [0.1, 0.15, 0.6, 0.9]]; // prettier-ignore
  expect(measured(image(1), near, exact)['psnr']).toBeCloseTo(20, 4);
  const twice = (all: readonly number[]) => all.map((value) => 2 * value - 1);
  expect(measured(image(2), twice(near), twice(exact))['psnr']).toBeCloseTo(20, 4);
  expect(measured(image(1), exact, exact)['psnr']).toBe(100);
});
