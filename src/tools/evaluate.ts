import * as z from 'zod';
import { Split } from '../protocol/dataset';
import { count } from '../protocol/format';
import type { Evaluation } from '../protocol/measure/evaluation';
import { MetricValues } from '../protocol/metric';
import { NormalizationInUse, normalizationWords } from '../protocol/normalization';
import { visible } from '../protocol/visible';
import { data, leftOut, metricsText, model, sampleNote, stages } from './fields';
import { defineTool } from './tool';

/** The most classes or labels of an answer, and the most confusions. */
const MOST_CLASSES = 50;
const MOST_CONFUSIONS = 10;

const Class = z.object({
  name: z.string(),
  samples: z.number().describe('Examples, or their steps or pixels.'),
  accuracy: z.number().optional().describe('Of a class, 0 to 1.'),
  f1: z.number().optional().describe('Of a label, 0 to 1.'),
});
const Confusion = z.object({ actual: z.string(), predicted: z.string(), samples: z.number() });

/** The metrics of a model on data. */
export const evaluate = defineTool({
  name: 'evaluate',
  title: 'Evaluate a model',
  description:
    'Measures loss and metrics of a model on a split of a dataset: the test split by default. Reports come from the test split; choose between models on the validation split.',
  input: z.strictObject({
    model,
    data,
    split: Split.optional().describe('By default the split that reports measure.'),
    samples: z.number().int().positive().optional().describe('The first so many examples; by default all.'),
  }),
  output: z.object({
    metrics: MetricValues.describe('The main metric of the task first; shares are 0 to 1.'),
    loss: z.number(),
    split: Split,
    samples: z.number().describe('Examples on which it was measured.'),
    dataset: z.object({ name: z.string(), sample: z.boolean(), notes: z.array(z.string()).optional() }),
    normalization: NormalizationInUse.optional(),
    classes: z.array(Class).describe('The worst classes or labels first.'),
    confusions: z.array(Confusion).describe('The most frequent mistakes.'),
    leftOut,
  }),
  writes: false,
  async call({ model: given, data: source, split, samples }, { places, ask }, context) {
    const asked = { model: await places.model(given), data: await places.data(source), split, samples };
    const { signal } = context;
    const evaluation = await ask('evaluate', asked, { signal, onProgress: stages(context) });
    const { metrics, loss, dataset, normalization } = evaluation;
    const classes = classesOf(evaluation);
    return {
      data: {
        ...{ metrics, loss, split: evaluation.split, samples: evaluation.samples, dataset, normalization },
        classes: classes.slice(0, MOST_CLASSES),
        confusions: confusionsOf(evaluation).slice(0, MOST_CONFUSIONS),
        leftOut: Math.max(0, classes.length - MOST_CLASSES),
      },
      text: [
        `${metricsText(metrics)}, on ${count(evaluation.samples)} ${evaluation.split} examples of ${visible(dataset.name)}`,
        ...sampleNote(dataset.sample),
        ...(normalization ? [normalizationWords(normalization)] : []),
        ...(dataset.notes ?? []).map(visible),
      ].join('\n'),
    };
  },
});

const classesOf = ({ perClass, labels = [] }: Evaluation): z.infer<typeof Class>[] =>
  [
    ...perClass.map(({ name, samples, accuracy }) => ({ name, samples, accuracy })),
    ...labels.map(({ name, support, f1 }) => ({ name, samples: support, f1 })),
  ].sort((a, b) => shareOf(a) - shareOf(b));

const shareOf = ({ accuracy, f1 }: z.infer<typeof Class>): number => accuracy ?? f1 ?? 0;

const confusionsOf = ({ perClass, confusion }: Evaluation): z.infer<typeof Confusion>[] =>
  confusion
    .flatMap((row, actual) =>
      row.map((samples, predicted) => ({
        actual: perClass[actual]?.name ?? String(actual),
        predicted: perClass[predicted]?.name ?? String(predicted),
        samples: actual === predicted ? 0 : samples,
      })),
    )
    .filter(({ samples }) => samples > 0)
    .sort((a, b) => b.samples - a.samples);
