import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tf } from '../../../../src/engine/tf';
import { lossOf } from '../../../../src/engine/measure/losses';
import { trainedFor, type LossConfig } from '../../../../src/engine/model/trained-for';

const Fixture = z.object({
  losses: z.array(
    z.object({
      loss: z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) }),
      columns: z.number(),
      targets: z.array(z.number()),
      scores: z.array(z.number()),
      value: z.number(),
    }),
  ),
});
const { losses } = Fixture.parse(
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../fixtures/keras/losses-and-metrics.json'), 'utf8')),
);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const configOf = (loss: unknown): LossConfig => {
  const found = trainedFor({ modelTopology: { training_config: { loss } }, tensors: new Map() })?.lossOf({
    name: 'out',
    index: 0,
  });
  if (!found || 'unknown' in found) throw new Error('the loss was not recognized');
  return found;
};

describe('a loss equals that of Keras for the configuration that Keras writes', () => {
  it.each(losses.map((one) => [`${one.loss.class_name} ${JSON.stringify(one.loss.config)}`, one] as const))(
    '%s',
    (_, { loss, columns, targets, scores, value }) => {
      const ours = lossOf(configOf(loss));
      const rows = targets.length / columns;
      const asTensor = tf.tidy(
        () =>
          tf
            .mean(ours.ofRows(tf.tensor2d(targets, [rows, columns]), tf.tensor2d(scores, [rows, columns])))
            .dataSync()[0]!,
      );
      const row = (all: readonly number[], i: number) => Float32Array.from(all.slice(i * columns, (i + 1) * columns));
      const byRow = Array.from({ length: rows }, (_, i) => ours.ofRow(row(targets, i), row(scores, i)));
      const onHost = byRow.reduce((sum, one) => sum + one, 0) / rows;
      const tolerance = 1e-5 * Math.max(1, Math.abs(value));
      expect(Math.abs(asTensor - value)).toBeLessThan(tolerance);
      expect(Math.abs(onHost - value)).toBeLessThan(tolerance);
    },
  );

  it('covers every loss', () => {
    expect(new Set(losses.map(({ loss }) => configOf(loss).name)).size).toBe(16);
  });
});
