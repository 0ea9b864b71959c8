import { bytes, count, percent } from '../../../protocol/format';
import { sizeWords, type ModelTotals } from '../../../protocol/model';
import { visible } from '../../../protocol/visible';
import type { RunResult } from '../../../protocol/run';
import { table } from '../table';

type PackedTotals = Partial<Pick<ModelTotals, 'packedBytes' | 'idealBits' | 'estimated'>>;

/** Columns of the bytes of a packed file, and of the ideal bytes of weights. */
export const PACKED_COLUMNS = ['packed', 'ideal'].map((heading) => ({ heading, right: true }));

export const hasPacked = ({ packedBytes }: PackedTotals): boolean => packedBytes !== undefined;

/** Formats the cells of those columns; empty where they were not measured. */
export const packedCells = (totals: PackedTotals): string[] => [
  totals.packedBytes === undefined ? '' : sizeWords(totals, 'packedBytes'),
  totals.idealBits === undefined ? '' : bytes(Math.ceil(totals.idealBits / 8)),
];

/** Formats what would make a packed file smaller. */
export const adviceLines = ({ advice = [] }: { readonly advice?: readonly string[] | undefined }): string[] =>
  advice.map((sentence) => visible(sentence));

/** Formats the figures of a model before and after a run as a table, and what would make it smaller where it did not shrink. */
export function totalsTable({ before, after, advice }: Pick<RunResult, 'before' | 'after' | 'advice'>): string {
  const right = true;
  const rows: [string, ModelTotals][] = [
    ...(before ? [['before', before] as [string, ModelTotals]] : []),
    ['after', after],
  ];
  const isPacked = rows.some(([, figures]) => hasPacked(figures));
  const figures = table(
    [
      { heading: '' },
      { heading: 'parameters', right },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'files', right },
      { heading: 'gzip', right },
      ...(isPacked ? PACKED_COLUMNS : []),
    ],
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      count(figures.nonzero),
      percent(figures.sparsity),
      bytes(figures.bytes),
      sizeWords(figures, 'gzipBytes'),
      ...(isPacked ? packedCells(figures) : []),
    ]),
  );
  return [figures, ...adviceLines({ advice })].join('\n');
}
