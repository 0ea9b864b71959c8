import path from 'node:path';
import {
  amountOf,
  amountWords,
  scanAmounts,
  Sensitivity,
  SensitivityOptions,
  type LayerSensitivity,
} from '../../../protocol/measure/sensitivity';
import type { JsonObject } from '../../../protocol/json';
import { visible } from '../../../protocol/visible';
import { count, duration, percent } from '../../../protocol/format';
import { mainMetric, mainText, type MetricValues } from '../../../protocol/metric';
import { resolveModelPath } from '../../checkpoint/paths';
import { sensitivityCsv } from '../../measure/sensitivity/csv';
import { dataAsTyped, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { measuringNotes } from '../runs';
import { optionsOf } from '../recipe';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface SensitivityCommand extends CommonOptions, DataOptions {
  data: string;
  seed: number;
  out?: string;
  csv?: boolean;
}

/** `secateur sensitivity` */
export async function sensitivity(
  given: string,
  options: SensitivityCommand,
  scan: JsonObject,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const { seed, out } = options;
  const answer = await engine.ask(
    'sensitivity',
    {
      model: await resolveModelPath(given),
      data: dataAsTyped(options.data, options.normalization),
      options: optionsOf(SensitivityOptions, scan),
      seed,
      ...(out === undefined ? {} : { out: path.resolve(out) }),
    },
    (part) => {
      if (part.part === 'progress') terminal.progress(part.progress);
    },
  );
  const result = Sensitivity.parse(answer);
  if (options.json) await terminal.result(JSON.stringify(result));
  else if (options.csv) await terminal.result(sensitivityCsv(result).trimEnd());
  else await terminal.result(sensitivityText(result, out));
}

/** Formats the main metric of each layer at each sparsity; a layer that collapsed was not measured further. */
export function sensitivityText(result: Sensitivity, out?: string): string {
  const { layers, baseline, samples, dataset, normalization, options, seconds, reused } = result;
  const right = true;
  const metric = mainMetric(baseline.metrics);
  const amounts = scanAmounts(options);
  const cell = ({ points, collapsedAt }: LayerSensitivity, amount: number): string => {
    const point = points.find((one) => amountOf(one) === amount);
    if (point) return bare(point.metrics) + (collapsedAt === amount ? '*' : ' ');
    return collapsedAt === undefined ? '' : '- ';
  };
  const curves = table(
    [
      { heading: 'layer' },
      { heading: options.by === 'remove' ? 'channels' : 'weights', right },
      ...amounts.map((amount) => ({ heading: amountWords(options.by, amount), right })),
    ],
    layers
      .filter(({ state }) => state === 'scanned')
      .map((layer) => [layer.name, count(layer.size), ...amounts.map((amount) => cell(layer, amount))]),
  );
  const alone = layers.filter(({ state, parameters }) => state !== 'scanned' && parameters.length === 0);
  return [
    `Validation ${metric.words}${metric.isShare ? ' in percent' : ''} on ${count(samples)} examples of ${visible(dataset.name)}, one layer ${options.by === 'quantize' ? 'quantized' : 'cut'} at a time; as it is: ${mainText(baseline.metrics)}, loss ${baseline.loss.toFixed(4)}`,
    ...measuringNotes(dataset.sample, normalization),
    '',
    curves,
    ...(layers.some(({ collapsedAt }) => collapsedAt !== undefined)
      ? [
          `* collapsed: ${percent(options.collapse, 0)} of what the model does better than a trivial answer is lost; measured no further`,
        ]
      : []),
    '',
    ...alone.map(({ name, state, reason }) => visible(`${name}: ${state}${reason === undefined ? '' : `, ${reason}`}`)),
    `${duration(seconds)}${reused > 0 ? `, ${count(reused)} points from the scan before` : ''}${out === undefined ? '' : `, written to ${visible(path.resolve(out))}`}`,
  ].join('\n');
}

/** Formats the main metric without a sign of percent, for a narrow column. */
const bare = (metrics: MetricValues): string =>
  mainMetric(metrics).isShare ? (100 * metrics[0].value).toFixed(2) : mainText(metrics);
