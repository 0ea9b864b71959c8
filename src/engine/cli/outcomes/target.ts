import { metricNamed, metricNoun, metricText, type MetricOf, type MetricValues } from '../../../protocol/metric';
import { metricOfPlans, type ParetoCurve, type ParetoPoint } from '../../../protocol/pareto';
import type { RunResult } from '../../../protocol/run';
import { storedAsFloats } from '../../../protocol/steps/quantize';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { totalLines } from '../commands/inspect';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import { metricLine } from './metric-line';
import type { Outcome } from './outcome';

function targetText(result: RunResult): string {
  const found = result.steps.find((step) => step.step === 'target');
  return [
    ...(found ? [curveText(found.curve), ''] : []),
    ...totalLines(result.after),
    metricLine(result, found?.applied.step === 'quantize' ? 'quantizing' : 'pruning'),
    ...(found?.applied.step === 'quantize' ? storedAsFloats(found.applied.layers) : []),
    ...keptLines(result),
    ...measuringNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}; each plan is a step in pareto.json beside it`,
  ].join('\n');
}

/** Formats the plans from large to small, with the chosen one marked. */
function curveText(curve: ParetoCurve): string {
  const { points, chosen, samples, baseline } = curve;
  const metric = metricOfPlans(curve);
  const words = visible(metricNoun(metric));
  const right = true;
  const quantizes = points.some(({ step }) => step.step === 'quantize');
  // The loss has its own columns.
  const isLoss = metric.name === 'loss' && metric.output === undefined;
  const plans = table(
    [
      'plan',
      ...(isLoss ? [] : [words]),
      'predicted loss',
      'loss',
      'sparsity',
      'parameters',
      'nonzero',
      'MACs',
      'nonzero MACs',
      'gzip',
      ...(quantizes ? ['weights', 'bits by layer'] : []),
    ]
      .map((heading) => ({ heading, right }))
      .concat({ heading: '', right: false }),
    points.map((point, i) => [
      String(i + 1),
      ...(isLoss ? [] : [textOf(point.metrics, metric)]),
      ...[point.predictedLoss.toFixed(4), point.loss.toFixed(4)],
      ...[percent(point.sparsity), count(point.params), count(point.nonzero)],
      ...[point.macs, point.nonzeroMacs].map((macs) => (macs === null ? '?' : count(macs))),
      bytes(point.gzipBytes),
      ...(quantizes ? [bytes(point.weightBytes ?? 0), bitsOf(point)] : []),
      i === chosen ? 'chosen' : '',
    ]),
  );
  return `${plans}\n${isLoss ? '' : `${words} and `}loss on ${count(samples)} validation examples; as it was: ${isLoss ? '' : `${textOf(baseline.metrics, metric)}, `}loss ${baseline.loss.toFixed(4)}, ${bytes(baseline.gzipBytes)} gzip`;
}

/** `4 8 4 2 6`: bits of the layers in order, with a dash for one that stays as it is. */
const bitsOf = ({ step }: ParetoPoint): string =>
  step.step === 'quantize'
    ? Object.values(step.layers ?? {})
        .map((bits) => (bits === 'float32' ? '-' : bits.slice('int'.length)))
        .join(' ')
    : '';

const textOf = (metrics: MetricValues, { name, output }: MetricOf): string => {
  const found = metricNamed(metrics, name, output);
  return found ? metricText(name, found.value) : '?';
};

export const target: Outcome = { document: (result) => result, text: targetText };
