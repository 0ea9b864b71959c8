import { percent, meanAndSpread, mean } from './figures';
import type { BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import type { DenseFigures, MethodFigures, OneShotFigures } from './measured';
import { EPOCHS, oneShot } from './methods';

/** All that the bench measured. */
export interface Figures {
  readonly seeds: readonly number[];
  readonly dense: DenseFigures;
  readonly methods: readonly MethodFigures[];
  readonly oneShot: readonly OneShotFigures[];
  readonly lines: readonly BenchLine[];
}

/** The page `docs/results.md`. */
export function reportText({ seeds, dense, methods, oneShot: shots, lines }: Figures): string {
  return `# Results on Fashion-MNIST

Written by \`npm run bench:quality\`; ${new Date().toISOString().slice(0, 10)}, seeds ${seeds.join(', ')}. Network: \`fashion-cnn\` (3 convolutions, 2 linear layers).
All of the 60,000 images: 55,000 to train on, 5,000 of validation, by which epochs are chosen; accuracies are on the
10,000 test images, mean of the seeds ± half of the way from the worst to the best.

## Against the dense network

Each method starts from a network of ${EPOCHS.dense} epochs and trains ${EPOCHS.recovery} more; "dense" is a network trained for ${EPOCHS.dense + EPOCHS.recovery} epochs.
Methods that train nothing are compared with the network of ${EPOCHS.dense} epochs.

${markdownTable(
  ['what', ...seeds.map((seed) => `seed ${seed}`), 'mean', 'against dense', 'nonzero', 'parameters', 'gzip bytes'],
  [
    [`dense, ${EPOCHS.dense} epochs`, ...dense.start.map(percent), meanAndSpread(dense.start), '', '', '', ''],
    [
      `dense, ${EPOCHS.dense + EPOCHS.recovery} epochs`,
      ...dense.longer.map(percent),
      meanAndSpread(dense.longer),
      '',
      '',
      '',
      '',
    ],
    ...methods.map(({ method, accuracy, totals }) => [
      method.what,
      ...accuracy.map(percent),
      meanAndSpread(accuracy),
      `${points(mean(accuracy) - mean(dense[method.of ?? 'longer']))} points`,
      totals.nonzero.toLocaleString('en'),
      totals.params.toLocaleString('en'),
      totals.gzipBytes.toLocaleString('en'),
    ]),
  ],
)}

${shots.length > 0 ? oneShotText(shots) : ''}## Targets

${markdownTable(
  ['what', 'target', 'value', ''],
  lines.map(({ what, target, value, unit, met }) => [
    what,
    target,
    `${value.toFixed(3)} ${unit}`.trimEnd(),
    met ? 'MET' : 'MISSED',
  ]),
)}
`;
}

const oneShotText = (shots: Figures['oneShot']): string => `## One-shot: pruned, and nothing trained

From the network of ${EPOCHS.dense} epochs. Every score beside the random one.

${markdownTable(
  ['score', ...oneShot.sparsities.map((sparsity) => `${Math.round(sparsity * 100)} %`)],
  shots.map(({ score, accuracy }) => [score, ...accuracy.map(meanAndSpread)]),
)}

${plot(shots)}

`;

const points = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(2)}`;

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Random and the best of the others at each sparsity, as a Mermaid chart, which Markdown viewers draw. */
function plot(figures: readonly OneShotFigures[]): string {
  const random = figures.find(({ score }) => score === 'random');
  const others = figures.filter(({ score }) => score !== 'random');
  const at = (of: readonly OneShotFigures[], i: number): string =>
    (Math.max(...of.map(({ accuracy }) => mean(accuracy[i] ?? []))) * 100).toFixed(1);
  const series = (of: readonly OneShotFigures[]): string => oneShot.sparsities.map((_, i) => at(of, i)).join(', ');
  return `Upper line: the best score; lower line: random.

\`\`\`mermaid
xychart-beta
  x-axis "sparsity, %" [${oneShot.sparsities.map((sparsity) => Math.round(sparsity * 100)).join(', ')}]
  y-axis "test accuracy, %" 0 --> 100
  line [${series(others)}]
  line [${random ? series([random]) : ''}]
\`\`\``;
}
