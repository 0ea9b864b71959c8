import { sizeWords, type ModelTotals } from '../../../protocol/model';
import type { Split } from '../../../protocol/dataset';
import type { Evaluation } from '../../../protocol/measure';
import type { ComparedSide, Comparison } from '../../../protocol/measure/compare';
import { METRICS, metricText, pairedMetrics, type MetricValues } from '../../../protocol/metric';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent, points, sampleShape } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataField, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { normalizationWords, type NormalizationInUse } from '../../../protocol/normalization';
import { sampleWarning } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface CompareCommand extends CommonOptions, DataOptions {
  split?: Split;
  samples?: number;
}

/** `secateur compare` */
export async function compare(
  a: string,
  b: string,
  { split, samples, json, ...options }: CompareCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const result = await engine.ask(
    'compare',
    {
      a: await resolveModelPath(a),
      b: await resolveModelPath(b),
      ...dataField(options),
      split,
      packed: true,
      ...(samples === undefined ? {} : { samples }),
    },
    (progress) => {
      terminal.progress(progress);
    },
  );
  await terminal.result(json ? JSON.stringify(result) : comparisonText(result));
}

const right = true;
const size = (value: number | undefined): string => (value === undefined ? '?' : bytes(value));
const gzip = (totals: ModelTotals): string => sizeWords(totals, 'gzipBytes');
const ofBits = (bits: number | undefined): string => size(bits === undefined ? undefined : Math.ceil(bits / 8));
const whole = (value: number | null): string => (value === null ? '?' : count(value));
/** Formats both values, or one where they are equal. */
const pair = (a: string, b: string): string => (a === b ? a : `${a} > ${b}`);

function comparisonText(comparison: Comparison): string {
  const { a, b } = comparison;
  const figures: [string, string, string][] = [
    ['parameters', count(a.totals.params), count(b.totals.params)],
    ['nonzero', count(a.totals.nonzero), count(b.totals.nonzero)],
    ['sparsity', percent(a.totals.sparsity), percent(b.totals.sparsity)],
    ['MACs', whole(a.totals.macs), whole(b.totals.macs)],
    ['files', bytes(a.totals.bytes), bytes(b.totals.bytes)],
    ['gzip', gzip(a.totals), gzip(b.totals)],
    ['packed', size(a.totals.packedBytes), size(b.totals.packedBytes)],
    ['ideal weights', ofBits(a.totals.idealBits), ofBits(b.totals.idealBits)],
  ];
  if (a.evaluation && b.evaluation) figures.push(...metricRows(a.evaluation.metrics, b.evaluation.metrics));
  const totals = table(
    [{ heading: '' }, { heading: `a: ${a.name}`, right }, { heading: `b: ${b.name}`, right }],
    figures,
  );
  const advice = [a, b].flatMap(({ name, advice: found = [] }) => found.map((text) => visible(`${name}: ${text}`)));
  return [totals, ...advice, '', layersText(comparison), '', ...evaluationLines(comparison)].join('\n');
}

function layersText({ layers }: Comparison): string {
  const cell = (
    { a, b }: { a: ComparedSide | null; b: ComparedSide | null },
    text: (side: ComparedSide) => string,
  ): string => pair(a ? text(a) : 'none', b ? text(b) : 'none');
  return table(
    [
      { heading: 'layer' },
      ...['output', 'parameters', 'nonzero', 'sparsity', 'MACs', 'ideal', 'packed'].map((heading) => ({
        heading,
        right,
      })),
    ],
    layers.map((layer) => [
      layer.name,
      cell(layer, ({ outputShape }) => sampleShape(outputShape)),
      cell(layer, ({ params }) => count(params)),
      cell(layer, ({ nonzero }) => count(nonzero)),
      cell(layer, ({ sparsity }) => (sparsity === null ? '' : percent(sparsity))),
      cell(layer, ({ macs }) => whole(macs)),
      cell(layer, ({ params, idealBits }) => (params === 0 ? '' : ofBits(idealBits))),
      cell(layer, ({ params, packedBits }) => (params === 0 ? '' : ofBits(packedBits))),
    ]),
  );
}

/** Formats each metric of both, and the loss. */
function metricRows(a: MetricValues, b: MetricValues): [string, string, string][] {
  return pairedMetrics(a, b).map(({ name, output, a: left, b: other }) => [
    `${METRICS[name].words}${output === undefined ? '' : ` of ${output}`}`,
    metricText(name, left),
    other === undefined ? 'none' : metricText(name, other),
  ]);
}

function evaluationLines({ a, b }: Comparison): string[] {
  const [left, other] = [a.evaluation, b.evaluation];
  if (!left || !other) return [`accuracy: not measured, ${visible(a.noAccuracy ?? b.noAccuracy ?? '')}`];
  const classes = classTable(left, other);
  return [
    ...(left.perClass.length > 0 ? [classes, ''] : []),
    `on ${count(left.samples)} ${left.split} examples of ${visible(left.dataset.name)}`,
    ...normalizationLines(left.normalization, other.normalization),
    ...sampleWarning(left.dataset.sample),
  ];
}

const classTable = (left: Evaluation, other: Evaluation): string =>
  table(
    [
      ...[{ heading: 'class' }, { heading: 'examples', right }, { heading: 'a', right }, { heading: 'b', right }],
      { heading: 'change', right },
    ],
    left.perClass.map(({ name, samples, accuracy }, i) => {
      const theirs = other.perClass[i]?.accuracy ?? 0;
      return [name, count(samples), percent(accuracy, 1), percent(theirs, 1), points(theirs - accuracy)];
    }),
  );
/** Each side has its own. */
const normalizationLines = (a: NormalizationInUse | undefined, b: NormalizationInUse | undefined): string[] => [
  ...(a ? [`a: ${normalizationWords(a)}`] : []),
  ...(b ? [`b: ${normalizationWords(b)}`] : []),
];
