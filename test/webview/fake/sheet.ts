import { UserError } from '../../../src/protocol/errors';
import type { WeightSheet } from '../../../src/protocol/measure/sheet';
import type { FakeModel } from './model';

/** The first weights of a layer as a matrix of 24 columns, two of which are 0. */
export function fakeSheet(layer: string, { kernels }: FakeModel): WeightSheet {
  const kernel = kernels.get(layer);
  if (!kernel) throw new UserError(`The layer "${layer}" has no tensor to draw.`);
  const [rows, columns] = [12, 24];
  const values = Array.from({ length: rows * columns }, (_, i) => (i % columns < 2 ? 0 : (kernel[i] ?? 0)));
  return {
    ...{ tensor: `${layer}/kernel`, shape: [rows, columns], form: 'matrix', rows, columns, across: 1 },
    ...{ tile: { rows: 1, columns: 1 }, block: { rows: 1, columns: 1 } },
    ...{ outputs: { shown: columns, of: columns }, inputs: { shown: rows, of: rows } },
    ...{ values, zeros: values.map((value) => Number(value === 0)), largest: Math.max(...values.map(Math.abs)) },
    norms: Array.from({ length: columns }, (_, channel) => ({
      channel,
      norm: Math.hypot(...values.filter((__, i) => i % columns === channel)),
    })).sort((a, b) => b.norm - a.norm),
  };
}
