import { bytes, count, percent } from '../protocol/format';
import { sizeWords, type ModelTotals } from '../protocol/model';

type Counts = Pick<ModelTotals, 'params' | 'nonzero' | 'sparsity' | 'macs'>;

/** Formats the figures of a model in one line; ~ marks what was computed from samples of large weights. */
export function totalsText(
  totals: Counts & Partial<Pick<ModelTotals, 'bytes' | 'gzipBytes' | 'packedBytes' | 'estimated'>>,
): string {
  const { params, nonzero, sparsity, macs, packedBytes } = totals;
  return [
    `${count(params)} parameters (${count(nonzero)} nonzero)`,
    `sparsity ${percent(sparsity)}`,
    `${macs === null ? 'unknown' : count(macs)} MACs`,
    ...(totals.bytes === undefined ? [] : [`files ${bytes(totals.bytes)}`]),
    ...(totals.gzipBytes === undefined ? [] : [`gzip ${sizeWords(totals, 'gzipBytes')}`]),
    ...(packedBytes === undefined ? [] : [`packed ${sizeWords(totals, 'packedBytes')}`]),
  ].join(', ');
}
