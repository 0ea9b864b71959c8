import { bytes, count, percent } from '../../../protocol/format';
import type { ModelTotals } from '../../../protocol/model';
import type { RunResult } from '../../../protocol/run';
import { table } from '../table';

/** Formats the figures of a model before and after a run as a table. */
export function totalsTable({ before, after }: Pick<RunResult, 'before' | 'after'>): string {
  const right = true;
  const rows: [string, ModelTotals][] = [
    ...(before ? [['before', before] as [string, ModelTotals]] : []),
    ['after', after],
  ];
  const isPacked = rows.some(([, { packedBytes }]) => packedBytes !== undefined);
  const size = (value: number | undefined, per = 1): string =>
    value === undefined ? '' : bytes(Math.ceil(value / per));
  return table(
    [
      { heading: '' },
      { heading: 'parameters', right },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'files', right },
      { heading: 'gzip', right },
      ...(isPacked
        ? [
            { heading: 'packed', right },
            { heading: 'ideal', right },
          ]
        : []),
    ],
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      count(figures.nonzero),
      percent(figures.sparsity),
      bytes(figures.bytes),
      bytes(figures.gzipBytes),
      ...(isPacked ? [size(figures.packedBytes), size(figures.idealBits, 8)] : []),
    ]),
  );
}
