import type { Split } from '../../../protocol/dataset';
import type { Evaluation } from '../../../protocol/measure';
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

/** Formats metrics and, for classes, the accuracy of each and the confusion matrix with true classes in rows. */
export function evaluationText({ perClass, confusion, ...figures }: Evaluation): string {
  const { tasks, metrics, loss, samples, split, samplesPerSecond, dataset, normalization } = figures;
  const [main] = metrics;
  const right = true;
  const classes = table(
    [{ heading: 'class' }, { heading: 'examples', right }, { heading: 'accuracy', right }],
    perClass.map((one) => [one.name, count(one.samples), percent(one.accuracy, 1)]),
  );
  const matrix = table(
    [{ heading: 'true \\ predicted' }, ...perClass.map((_, c) => ({ heading: String(c), right }))],
    confusion.map((row, c) => [
      `${c} ${perClass[c]!.name}`,
      ...row.map((count) => (count === 0 ? '.' : String(count))),
    ]),
  );
  return [
    `${main.name === 'loss' ? '' : `${metricWords(main)}, `}loss ${loss.toFixed(4)}, on ${count(samples)} ${split} examples of ${visible(dataset.name)} (${count(samplesPerSecond)} examples/s)`,
    ...otherMetrics(metrics),
    ...(tasks ?? []).map(({ said }) => visible(said)),
    ...measuringNotes(dataset.sample, normalization),
    ...(dataset.notes ?? []).map(visible),
    ...(perClass.length > 0 ? ['', classes, '', matrix] : []),
  ].join('\n');
}

/** Formats all metrics but the main one, in a line for each output; the loss of all together stands elsewhere. */
function otherMetrics([, ...others]: MetricValues): string[] {
  const outputs = [...new Set(others.map(({ output }) => output))];
  return outputs.flatMap((output) => {
    const own = others.filter((one) => one.output === output && (output !== undefined || one.name !== 'loss'));
    const words = own.map(metricWords).join(', ');
    return own.length === 0 ? [] : [output === undefined ? words : `${visible(output)}: ${words}`];
  });
}
