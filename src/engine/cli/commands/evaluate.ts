import type { Split } from '../../../protocol/dataset';
import type { Evaluation } from '../../../protocol/measure';
import type { Details, LabelFigures } from '../../../protocol/measure/evaluation';
import { metricWords, type MetricValues } from '../../../protocol/metric';
import { visible } from '../../../protocol/visible';
import { count, percent } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataAsTyped, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { measuringNotes } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface EvaluateCommand extends CommonOptions, DataOptions {
  data: string;
  split?: Split;
  samples?: number;
}

/** `secateur evaluate` */
export async function evaluate(
  given: string,
  options: EvaluateCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const { split, samples } = options;
  const model = await resolveModelPath(given);
  const request = {
    model,
    data: dataAsTyped(options.data, options.normalization),
    split,
    ...(samples === undefined ? {} : { samples }),
  };
  const evaluation = await engine.ask('evaluate', request, (progress) => {
    terminal.progress(progress);
  });
  await terminal.result(options.json ? JSON.stringify(evaluation) : evaluationText(evaluation));
}

/** Formats metrics and, for classes and labels, the figures of each and the confusion matrix with true classes in rows. */
export function evaluationText(evaluation: Evaluation): string {
  const { tasks, metrics, loss, samples, split, samplesPerSecond, dataset, normalization } = evaluation;
  const [main] = metrics;
  return [
    `${main.name === 'loss' ? '' : `${metricWords(main)}, `}loss ${loss.toFixed(4)}, on ${count(samples)} ${split} examples of ${visible(dataset.name)} (${count(samplesPerSecond)} examples/s)`,
    ...otherMetrics(metrics),
    ...(tasks ?? []).map(({ said }) => visible(said)),
    ...measuringNotes(dataset.sample, normalization),
    ...(dataset.notes ?? []).map(visible),
    ...detailLines(evaluation),
    ...(evaluation.outputs ?? []).flatMap((one) => {
      const lines = detailLines(one);
      return lines.length === 0 ? [] : ['', visible(one.output), ...lines.slice(1)];
    }),
  ].join('\n');
}

/** Formats the figures of classes or labels, after an empty line; empty where there are none. */
function detailLines({ perClass, confusion, labels }: Details): string[] {
  const right = true;
  if (labels) return ['', labelTable(labels)];
  if (perClass.length === 0) return [];
  const withUnions = perClass.some(({ iou }) => iou !== undefined);
  const classes = table(
    [
      { heading: 'class' },
      { heading: withUnions ? 'pixels' : 'examples', right },
      { heading: 'accuracy', right },
      ...(withUnions ? [{ heading: 'IoU', right }] : []),
    ],
    perClass.map(({ name, samples, accuracy, iou }) => [
      ...[name, count(samples), percent(accuracy, 1)],
      ...(withUnions ? [shareText(iou ?? null)] : []),
    ]),
  );
  const matrix = table(
    [{ heading: 'true \\ predicted' }, ...perClass.map((_, c) => ({ heading: String(c), right }))],
    confusion.map((row, c) => [
      `${c} ${perClass[c]!.name}`,
      ...row.map((count) => (count === 0 ? '.' : String(count))),
    ]),
  );
  return ['', classes, '', matrix];
}

function labelTable(labels: readonly LabelFigures[]): string {
  const heads = ['examples', 'precision', 'recall', 'F1', 'AUC', 'missed', 'wrong'];
  return table(
    [{ heading: 'label' }, ...heads.map((heading) => ({ heading, right: true }))],
    labels.map(({ name, support, precision, recall, f1, auc, missed, wrong }) => [
      ...[name, count(support)],
      ...[precision, recall, f1, auc].map(shareText),
      ...[count(missed), count(wrong)],
    ]),
  );
}

const shareText = (value: number | null): string => (value === null ? '-' : percent(value, 1));

/** Formats all metrics but the main one, in a line for each output; the loss of all together stands elsewhere. */
function otherMetrics([, ...others]: MetricValues): string[] {
  const outputs = [...new Set(others.map(({ output }) => output))];
  return outputs.flatMap((output) => {
    const own = others.filter((one) => one.output === output && (output !== undefined || one.name !== 'loss'));
    const words = own.map(metricWords).join(', ');
    return own.length === 0 ? [] : [output === undefined ? words : `${visible(output)}: ${words}`];
  });
}
