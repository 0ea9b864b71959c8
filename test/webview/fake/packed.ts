import type { ModelTotals } from '../../../src/protocol/model';
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
