import { atLeast, atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { mean } from './figures';
import type { Kept, OneShotRow, Row } from './kept';
import { methods, oneShot, type Method } from './methods';

const POINTS = 100;

/** A row of the page with its method. */
export interface MethodRow {
  readonly method: Method;
  readonly row: Row;
}

/** Returns the measured methods in the order of the report. */
export const methodRows = ({ rows }: Pick<Kept, 'rows'>): MethodRow[] =>
  methods.flatMap((method) => {
    const row = rows.find(({ name }) => name === method.name);
    return row ? [{ method, row }] : [];
  });

/** The test accuracy of a row less that of its dense network, as a share. */
export const against = ({ accuracy, dense }: Row): number => mean(accuracy) - mean(dense);

/** All figures that have targets, beside them. */
export const targetLines = (kept: Kept): BenchLine[] => [
  ...methodRows(kept).flatMap(rowLines),
  ...kept.latency.map(({ batch, ratio }) =>
    atMost(`half of the MACs: time at batch ${batch}, by that of the dense network`, ratio, '', 0.65),
  ),
  ...(kept.oneShot.length > 0 ? oneShotLines(kept) : []),
];

/** A method beside the dense network, in points of test accuracy, and the bytes of its packed file. */
function rowLines({ method: { what, reach, taught, bytes }, row }: MethodRow): BenchLine[] {
  return [
    ...(reach === undefined
      ? []
      : [atLeast(`${what}: against dense`, against(row) * POINTS, 'points', Number((reach * POINTS).toFixed(3)))]),
    ...(taught === undefined || !row.alone
      ? []
      : [
          atLeast(
            `${what}: against without`,
            (mean(row.accuracy) - mean(row.alone)) * POINTS,
            'points',
            taught * POINTS,
          ),
        ]),
    ...(bytes === undefined || !row.packedBytes
      ? []
      : [atMost(`${what}: packed, the largest`, Math.max(...row.packedBytes), 'bytes', bytes)]),
  ];
}

/** Formats the loss of OBC at 80% beside that of magnitude, and the best score beside random. */
function oneShotLines({ oneShot: figures, dense: { start } }: Kept): BenchLine[] {
  const at = ({ at: means }: OneShotRow, sparsity: number): number => {
    const found = means[oneShot.sparsities.findIndex((s) => s === sparsity)];
    if (!found) throw new Error(`the bench has no figure at ${sparsity}`);
    return found.mean;
  };
  const of = (score: string): OneShotRow => {
    const row = figures.find((one) => one.score === score);
    if (!row) throw new Error(`the bench has no figures of ${score}`);
    return row;
  };
  const lost = (score: string): number => mean(start) - at(of(score), 0.8);
  const others = figures.filter(({ score }) => score !== 'random');
  return [
    atMost('one-shot, 80 %: loss of OBC by that of magnitude', lost('obc') / lost('magnitude'), '', 0.5),
    ...oneShot.sparsities.map((sparsity) => {
      const best = Math.max(...others.map((row) => at(row, sparsity)));
      return atLeast(
        `one-shot, ${sparsity * POINTS} %: best score above random`,
        (best - at(of('random'), sparsity)) * POINTS,
        'points',
        0,
      );
    }),
  ];
}
