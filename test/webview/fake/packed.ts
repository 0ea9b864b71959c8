import type { Packing } from '../../../src/protocol/measure/packing';
import type { Inspection, ModelTotals } from '../../../src/protocol/model';
import type { StepResult } from '../../../src/protocol/steps';

/** A packed file with a third of what gzip leaves. */
export const fakePacked = ({ bytes, gzipBytes }: ModelTotals): StepResult => ({
  step: 'pack',
  packed: {
    file: 'model.secateur',
    bytes: Math.round(gzipBytes / 3),
    sha256: '0'.repeat(64),
    unpacked: { bytes, gzipBytes, brotliBytes: gzipBytes },
    idealBits: (gzipBytes / 3) * 8,
    textBits: 4000,
    layers: [],
  },
});

/** Sizes in a packed file, of weights that hardly shrink where few are 0. */
export function fakePacking({ layers, totals }: Pick<Inspection, 'layers' | 'totals'>): Packing {
  const its = layers.map(({ name, type, params, nonzero }) => ({
    ...{ name, type, params, nonzero, bytes: 4 * params },
    ...{ packedBits: 27 * nonzero, idealBits: 32 * nonzero },
  }));
  const sum = (of: (layer: Packing['layers'][number]) => number): number => its.reduce((all, one) => all + of(one), 0);
  const bytes = Math.ceil(sum(({ packedBits }) => packedBits) / 8);
  return {
    ...{ bytes, textBits: 4000, idealBits: sum(({ idealBits }) => idealBits), layers: its },
    ...(bytes > totals.bytes / 2
      ? {
          advice: [
            'The packed file is 83% of the unpacked ones, because most of it is "dense/kernel", of whose weights 0.0% are 0: prune it first, or quantize it to fewer bits.',
          ],
        }
      : {}),
  };
}
