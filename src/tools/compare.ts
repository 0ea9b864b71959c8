import * as z from 'zod';
import { Split } from '../protocol/dataset';
import { bytes, change, count } from '../protocol/format';
import { ComparedLayer, ComparedModel } from '../protocol/measure/compare';
import { MetricValues, metricText, METRICS, pairedMetrics } from '../protocol/metric';
import { visible } from '../protocol/visible';
import { data, largest, layersListed, leftOut, model, sampleNote, stages } from './fields';
import { defineTool } from './tool';

const Side = ComparedModel.omit({ evaluation: true }).extend({
  metrics: MetricValues.nullable().describe('Null without data; noAccuracy then gives the reason.'),
  samples: z.number().describe('Examples on which they were measured; 0 for none.'),
});

/** Two models side by side. */
export const compare = defineTool({
  name: 'compare',
  title: 'Compare two models',
  description:
    'Puts two checkpoints side by side: sizes of files, gzip and packed, parameters, MACs, and with data their metrics on the test split. Use it to check a run against the model that it began with.',
  input: z.strictObject({
    a: model,
    b: model,
    data: data.optional(),
    split: Split.optional().describe('By default the split that reports measure.'),
    samples: z.number().int().positive().optional().describe('The first so many examples; by default all.'),
    layers: layersListed,
  }),
  output: z.object({
    a: Side,
    b: Side,
    split: Split.nullable(),
    layers: z
      .array(ComparedLayer.omit({ histogram: true }))
      .describe('A side is null where its model has no such layer.'),
    leftOut,
  }),
  writes: false,
  async call({ a, b, data: source, split, samples, layers }, { places, ask }, context) {
    const asked = { a: await places.model(a), b: await places.model(b), split, samples, packed: true };
    const named = source === undefined ? {} : { data: await places.data(source) };
    const { signal } = context;
    const result = await ask('compare', { ...asked, ...named }, { signal, onProgress: stages(context) });
    const weightOf = (layer: (typeof result.layers)[number]): number =>
      Math.max(layer.a?.params ?? 0, layer.b?.params ?? 0);
    const { listed, leftOut: others } = largest(result.layers, layers, weightOf);
    const sides = { a: sideOf(result.a), b: sideOf(result.b) };
    const evaluation = result.a.evaluation ?? result.b.evaluation;
    return {
      data: { ...sides, split: evaluation?.split ?? null, layers: listed, leftOut: others },
      text: [
        `a: ${visible(result.a.path)}`,
        `b: ${visible(result.b.path)}`,
        ...figures(result.a, result.b).map(
          ([name, was, is, format]) => `${name}: ${format(was)} to ${format(is)} (${change(was, is)})`,
        ),
        ...(sides.a.metrics && sides.b.metrics
          ? pairedMetrics(sides.a.metrics, sides.b.metrics).map(
              ({ name, a: was, b: is }) =>
                `${METRICS[name].words}: ${metricText(name, was)} to ${is === undefined ? 'not measured' : metricText(name, is)}`,
            )
          : [`No accuracy: ${visible(result.a.noAccuracy ?? result.b.noAccuracy ?? 'not measured')}`]),
        ...(evaluation ? [`on ${count(evaluation.samples)} ${evaluation.split} examples of ${visible(evaluation.dataset.name)}`] : []), // prettier-ignore
        ...sampleNote(evaluation?.dataset.sample ?? false),
      ].join('\n'),
    };
  },
});

function sideOf(side: ComparedModel): z.input<typeof Side> {
  const { evaluation, ...rest } = side;
  return { ...rest, metrics: evaluation?.metrics ?? null, samples: evaluation?.samples ?? 0 };
}

type Figure = readonly [name: string, a: number, b: number, format: (value: number) => string];

/** The figures that both models have. */
function figures({ totals: a }: ComparedModel, { totals: b }: ComparedModel): Figure[] {
  const both = (
    name: string,
    was: number | null | undefined,
    is: number | null | undefined,
    format: Figure[3],
  ): Figure[] => (was == null || is == null ? [] : [[name, was, is, format]]);
  const named = (name: string, figure: 'gzipBytes' | 'packedBytes'): string =>
    [a, b].some(({ estimated }) => estimated?.includes(figure)) ? `${name} (estimated from samples)` : name;
  return [
    ...both('files', a.bytes, b.bytes, bytes),
    ...both(named('gzip', 'gzipBytes'), a.gzipBytes, b.gzipBytes, bytes),
    ...both(named('packed', 'packedBytes'), a.packedBytes, b.packedBytes, bytes),
    ...both('parameters', a.params, b.params, count),
    ...both('nonzero', a.nonzero, b.nonzero, count),
    ...both('MACs', a.macs, b.macs, count),
  ];
}
