import * as z from 'zod';
import { count } from '../protocol/format';
import { amountOf, amountWords, SensitivityOptions, ScannedLayer } from '../protocol/measure/sensitivity';
import { mainText, MetricValues } from '../protocol/metric';
import { visible } from '../protocol/visible';
import { data, largest, layersListed, leftOut, metricsText, model, sampleNote, seed, stages } from './fields';
import { defineTool } from './tool';

const Point = z.object({
  amount: z.number().describe('Sparsity, share of channels, or bits of a weight.'),
  metrics: MetricValues,
  loss: z.number(),
});

/** The loss of accuracy with one layer compressed at a time. */
export const sensitivity = defineTool({
  name: 'sensitivity',
  title: 'Scan the sensitivity of layers',
  description:
    'Measures on validation examples how the main metric falls while one layer alone is compressed more and more. It tells which layers bear much and which bear little. Takes minutes for large models: lower "samples" first.',
  input: z.strictObject({ model, data, ...SensitivityOptions.shape, seed, layers: layersListed }),
  output: z.object({
    dataset: z.object({ name: z.string(), sample: z.boolean() }),
    samples: z.number().describe('Validation examples on which it was measured.'),
    baseline: z.object({ metrics: MetricValues, loss: z.number() }),
    layers: z.array(
      ScannedLayer.omit({ parameters: true }).extend({
        points: z.array(Point),
        collapsedAt: z
          .number()
          .optional()
          .describe(
            'The amount at which it had lost the share "collapse" of what it does better than chance; it was measured no further.',
          ),
      }),
    ),
    leftOut,
    seconds: z.number(),
  }),
  writes: false,
  async call({ model: given, data: source, seed: from, layers, ...options }, { places, ask }, context) {
    const asked = { model: await places.model(given), data: await places.data(source), options, seed: from };
    const { signal } = context;
    const told = stages(context);
    const result = await ask('sensitivity', asked, {
      signal,
      onProgress: (part) => {
        if (part.part === 'progress') told(part.progress);
      },
    });
    const { listed, leftOut: others } = largest(result.layers, layers, ({ size }) => size);
    const { dataset, samples, baseline, seconds } = result;
    return {
      data: {
        ...{ dataset, samples, baseline, seconds, leftOut: others },
        layers: listed.map(({ name, size, state, reason, collapsedAt, points }) => ({
          ...{ name, size, state, reason, collapsedAt },
          points: points.map((point) => ({ amount: amountOf(point), metrics: point.metrics, loss: point.loss })),
        })),
      },
      text: [
        `As it is: ${metricsText(baseline.metrics)}, on ${count(samples)} validation examples of ${visible(dataset.name)}`,
        ...sampleNote(dataset.sample),
        ...listed.map(({ name, points, collapsedAt, state, reason }) =>
          state === 'scanned'
            ? `- ${visible(name)}: ${points.map((point) => `${amountWords(options.by, amountOf(point))}: ${mainText(point.metrics)}`).join(', ')}${collapsedAt === undefined ? '' : ' (collapsed)'}`
            : `- ${visible(name)}: ${state}${reason === undefined ? '' : `, ${visible(reason)}`}`,
        ),
        ...(others > 0 ? [`${count(others)} smaller layers are left out.`] : []),
      ].join('\n'),
    };
  },
});
