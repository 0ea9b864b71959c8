import type { BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { percent, meanAndSpread, mean, type BySeed } from './figures';
import type { Kept, OneShotRow } from './kept';
import { against, methodRows, targetLines, type MethodRow } from './lines';
import { EPOCHS, oneShot, WEIGHT_BYTES } from './methods';

/** The page `docs/results.md`. */
export function reportText(kept: Kept): string {
  const { seeds, dense } = kept;
  const rows = methodRows(kept);
  const packed = rows.filter(({ row }) => row.packedBytes !== undefined);
  const empty = ['', '', '', '', '', ''];
  const most = Math.max(seeds.length, ...rows.map(({ row }) => row.accuracy.length));
  const cells = (figures: BySeed): string[] => Array.from({ length: most }, (_, i) => shown(figures[i]));
  return `# Results on Fashion-MNIST

Written by \`npm run bench:quality\`, each row on the day that it names, with the seeds ${seeds.join(', ')}; \`-- --only NAME,...\` measures
some rows anew. Network: \`fashion-cnn\` (3 convolutions, 2 linear layers).
All of the 60,000 images: 55,000 to train on, 5,000 of validation, by which epochs are chosen; accuracies are on the
10,000 test images, mean of the seeds ± half of the way from the worst to the best.

## Against the dense network

Each method starts from a network of ${EPOCHS.dense} epochs; those that train do so for ${EPOCHS.recovery} more, if nothing else is said. The loss is counted against
the dense networks of the same seeds and of as many epochs as the row names: those with which a method starts, or others trained for as long as both together.

${markdownTable(
  ['what', ...bySeed(most, seeds), 'mean', 'against dense', 'of', 'nonzero', 'parameters', 'gzip bytes', 'measured'],
  [
    [`dense, ${EPOCHS.dense} epochs`, ...cells(dense.start), meanAndSpread(dense.start), ...empty],
    [`dense, ${EPOCHS.dense + EPOCHS.recovery} epochs`, ...cells(dense.longer), meanAndSpread(dense.longer), ...empty],
    ...rows
      .filter(({ row }) => row.packedBytes === undefined)
      .map(({ method, row }) => [
        method.what,
        ...cells(row.accuracy),
        meanAndSpread(row.accuracy),
        `${points(against(row))} points`,
        `${method.of === 'start' ? EPOCHS.dense : EPOCHS.dense + EPOCHS.recovery} epochs`,
        ...[row.nonzero, row.params, row.gzipBytes].map((number) => number.toLocaleString('en')),
        row.measured,
      ]),
  ],
)}

${packed.length > 0 ? packedText(packed, seeds) : ''}${kept.oneShot.length > 0 ? oneShotText(kept.oneShot) : ''}## Targets

${targetTable(targetLines(kept))}
`;
}

/** Heads of columns; methods of more seeds than the page count on. */
const bySeed = (columns: number, seeds: readonly number[]): string[] =>
  Array.from({ length: columns }, (_, i) => `seed ${seeds[i] ?? i}`);

const shown = (figure: number | undefined): string => (figure === undefined ? '' : percent(figure));

const packedText = (rows: readonly MethodRow[], seeds: readonly number[]): string => `## The smallest files

Pruned gradually, clustered, trained on and packed, as the recipe for the smallest file does it (\`media/recipes/smallest.recipe.json\`).
Accuracies are those of the packed files, against the network of ${EPOCHS.dense} epochs, from which each of them starts and whose weights
take ${WEIGHT_BYTES.toLocaleString('en')} bytes.

${markdownTable(
  [
    'what',
    'packed bytes',
    'of the weights',
    ...bySeed(seeds.length, seeds),
    'mean',
    'against dense',
    'nonzero',
    'measured',
  ],
  rows.map(({ method, row }) => [
    method.what,
    mean(row.packedBytes ?? []).toLocaleString('en', { maximumFractionDigits: 0 }),
    `1/${(WEIGHT_BYTES / mean(row.packedBytes ?? [])).toFixed(0)}`,
    ...row.accuracy.map(percent),
    meanAndSpread(row.accuracy),
    `${points(against(row))} points`,
    row.nonzero.toLocaleString('en'),
    row.measured,
  ]),
)}

`;

const oneShotText = (shots: readonly OneShotRow[]): string => `## One-shot: pruned, and nothing trained

From the network of ${EPOCHS.dense} epochs. Every score beside the random one.

${markdownTable(
  ['score', ...oneShot.sparsities.map((sparsity) => `${Math.round(sparsity * 100)} %`)],
  shots.map(({ score, at }) => [
    score,
    ...at.map(({ mean: middle, spread }) => `${percent(middle)} ± ${(spread * 100).toFixed(2)}`),
  ]),
)}

${plot(shots)}

`;

const points = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(2)}`;

const targetTable = (lines: readonly BenchLine[]): string =>
  markdownTable(
    ['what', 'target', 'value', ''],
    lines.map(({ what, target, value, unit, met }) => [
      what,
      target,
      `${unit === 'bytes' ? value.toFixed(0) : value.toFixed(3)} ${unit}`.trimEnd(),
      met ? 'MET' : 'MISSED',
    ]),
  );

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Random and the best of the others at each sparsity, as a Mermaid chart, which Markdown viewers draw. */
function plot(figures: readonly OneShotRow[]): string {
  const random = figures.filter(({ score }) => score === 'random');
  const others = figures.filter(({ score }) => score !== 'random');
  const series = (of: readonly OneShotRow[]): string =>
    oneShot.sparsities
      .map((_, i) => (Math.max(0, ...of.map(({ at }) => at[i]?.mean ?? 0)) * 100).toFixed(1))
      .join(', ');
  return `Upper line: the best score; lower line: random.

\`\`\`mermaid
xychart-beta
  x-axis "sparsity, %" [${oneShot.sparsities.map((sparsity) => Math.round(sparsity * 100)).join(', ')}]
  y-axis "test accuracy, %" 0 --> 100
  line [${series(others)}]
  line [${series(random)}]
\`\`\``;
}
