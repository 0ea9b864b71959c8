import type { Recipe } from '../../../protocol/recipe';
import { macsForWords, withEstimate } from '../../../protocol/model';
import { normalizationWords } from '../../../protocol/normalization';
import { mainText, METRICS, type MetricValues } from '../../../protocol/metric';
import { onnxWords } from '../../../protocol/onnx';
import type { RunResult } from '../../../protocol/run';
import { outcome } from '../../../protocol/steps';
import { visibleLines } from '../../../protocol/visible';
import { count, duration, percent, sampleShape } from '../../../protocol/format';
import { csvText } from '../../../protocol/csv';
import { markdownTable, markdownText } from '../../../protocol/markdown';

/** The content of a report. */
export interface Report {
  readonly recipe: Recipe;
  readonly result: RunResult;
  /** The backend, in words. */
  readonly backend: string;
}

const HEADINGS = ['layer', 'type', 'output', 'parameters', 'nonzero', 'sparsity', 'macs'] as const;

/**
 * Formats the layers of a run's checkpoint as CSV (RFC 4180), with a last row `total`; sparsity from 0 to 1, empty where
 * there is none.
 */
export function resultsCsv({ layers = [], after }: RunResult): string {
  const rows = layers.map(({ name, type, outputShape, params, nonzero, sparsity, macs }) => [
    ...[name, type, sampleShape(outputShape), params, nonzero, sparsity ?? '', macs ?? ''],
  ]);
  const total = ['total', '', '', after.params, after.nonzero, after.sparsity, after.macs ?? ''];
  return csvText([HEADINGS, ...rows, total]);
}

/** Formats a run for a person: figures, steps, layers and recipe. It holds times; checkpoints do not. */
export function resultsMarkdown({ recipe, result, backend }: Report): string {
  const { before, after, metrics, steps, layers = [], seconds, finished, sampleData } = result;
  const { normalization, noAccuracy, advice } = result;
  const sides = before ? (['before', 'after'] as const) : (['after'] as const);
  const totals = (pick: (figures: RunResult['after']) => string): string[] => [
    ...(before ? [pick(before)] : []),
    pick(after),
  ];
  const measured: [string, MetricValues | null][] = [
    ['before', metrics.before],
    ['after compressing', metrics.afterPrune],
    ['after fine-tuning', metrics.afterFineTune],
  ];
  const known = measured.flatMap(([when, values]) => (values === null ? [] : [{ when, values }]));
  const metric = METRICS[known[0]?.values[0].name ?? 'accuracy'];
  const lines = [
    '# Results',
    '',
    ...markdownTable(
      ['', ...sides],
      [
        ['parameters', ...totals(({ params }) => count(params))],
        ['nonzero', ...totals(({ nonzero }) => count(nonzero))],
        ['sparsity', ...totals(({ sparsity }) => percent(sparsity))],
        [
          `multiply-accumulates${after.macsFor ? ` for ${macsForWords(after.macsFor)}` : ''}`,
          ...totals(({ macs }) => (macs === null ? '?' : count(macs))),
        ],
        ['bytes of the files', ...totals(({ bytes }) => count(bytes))],
        ['bytes with gzip', ...totals((one) => withEstimate(one, 'gzipBytes', count(one.gzipBytes)))],
        ...(after.packedBytes === undefined
          ? []
          : [
              ['bytes packed', ...totals(({ packedBytes }) => (packedBytes === undefined ? '?' : count(packedBytes)))],
              [
                'bytes at best',
                ...totals(({ idealBits }) => (idealBits === undefined ? '?' : count(Math.ceil(idealBits / 8)))),
              ],
            ]),
      ],
    ),
    '',
    `## ${metric.title} on the ${metrics.split ?? 'test'} examples`,
    '',
    ...(known.length > 0
      ? markdownTable(
          ['', metric.words],
          known.map(({ when, values }) => [when, mainText(values)]),
        )
      : [noAccuracy === undefined ? 'Not measured.' : `Not measured: ${noAccuracy}`]),
    ...(normalization
      ? [
          '',
          `${normalization.from === 'values' ? 'Examples' : 'Pixels'} entered with ${normalizationWords(normalization)}.`,
        ]
      : []),
    ...(advice ?? []).flatMap((sentence) => ['', sentence]),
    ...(sampleData ? ['', 'Measured on the small sample of Fashion-MNIST that ships, not on the whole dataset.'] : []),
    ...(result.onnx ? ['', ...onnxWords(result.onnx)] : []),
    '',
    '## Steps',
    '',
    ...markdownTable(
      ['', 'step', 'came to'],
      steps.map((step, i) => [String(i + 1), step.step, outcome(step)]),
    ),
    '',
    '## Layers',
    '',
    ...markdownTable(
      [...HEADINGS],
      layers.map(({ name, type, outputShape, params, nonzero, sparsity, macs }) => [
        ...[name, type, sampleShape(outputShape), count(params), count(nonzero)],
        ...[sparsity === null ? '' : percent(sparsity), macs === null ? '?' : count(macs)],
      ]),
    ),
    '',
    '## Run',
    '',
    `${markdownText(backend)}${seconds === undefined ? '' : `; ${duration(seconds)}`}${finished === undefined ? '' : `; finished ${markdownText(finished)}`}`,
    '',
    '```json',
    visibleLines(JSON.stringify(recipe, null, 2)),
    '```',
  ];
  return `${lines.join('\n')}\n`;
}
