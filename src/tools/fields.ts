import * as z from 'zod';
import { DATASET_NAMES_TEXT } from '../protocol/dataset';
import { progressText, type Progress } from '../protocol/measure/progress';
import { metricWords, type MetricValues } from '../protocol/metric';
import { stepNames } from '../protocol/steps';
import { visible } from '../protocol/visible';
import type { ToolContext } from './tool';

/** A model by its path. */
export const model = z
  .string()
  .min(1)
  .describe('A model.json, its folder, or a .secateur file; relative paths start from the first folder of the server.');

/** A dataset. The call checks it in full, because its schema is long. */
export const data = z
  .union([z.string().min(1), z.looseObject({ source: z.string().min(1) })])
  .describe(
    `A dataset: ${DATASET_NAMES_TEXT}, a folder or file of data, a NAME.data.json, or an object such as {"source": "images", "normalization": {"mean": 0.5, "std": 0.5}} (resource secateur://schemas/data).`,
  );

/** One step of a recipe. The call checks it in full, because the schema of all steps is long. */
export const step = z
  .looseObject({ step: z.enum(stepNames) })
  .describe('A step of a recipe; its options are those of resource secateur://schemas/steps/NAME.');

export const seed = z
  .number()
  .int()
  .min(0)
  .max(0x7fffffff)
  .default(0)
  .describe('Decides initial weights, shuffling and random scores.');

/** The number of layers that an answer lists. */
export const layersListed = z
  .number()
  .int()
  .min(0)
  .max(500)
  .default(30)
  .describe('The most layers that the answer lists, the largest ones; their order is that of the model.');

/** The number of layers, or other entries, that an answer leaves out. */
export const leftOut = z.number().int().min(0).describe('Entries that are left out, because the answer lists no more.');

/** Takes the largest of a list, in its order. @param most number that is taken */
export function largest<T>(
  list: readonly T[],
  most: number,
  size: (entry: T) => number,
): { readonly listed: T[]; readonly leftOut: number } {
  const chosen = new Set([...list.keys()].sort((a, b) => size(list[b]!) - size(list[a]!)).slice(0, most));
  return { listed: list.filter((_, i) => chosen.has(i)), leftOut: list.length - chosen.size };
}

/** Passes on the progress of a question. Its stages follow one another, and each counts as one. */
export function stages({ report }: ToolContext): (progress: Progress) => void {
  let stage: string | undefined;
  let before = 0;
  let furthest = 0;
  return (progress) => {
    if (stage !== undefined && progress.stage !== stage) before += 1;
    stage = progress.stage;
    const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
    furthest = Math.max(furthest, before + share);
    report({ done: furthest, message: visible(progressText(progress)) });
  };
}

/** Formats all metrics of a measurement: `accuracy 91.20%, loss 0.2512`. */
export const metricsText = (metrics: MetricValues): string =>
  metrics.map((one) => `${metricWords(one)}${one.output === undefined ? '' : ` of ${visible(one.output)}`}`).join(', ');

/** Formats the note to figures that were measured on the sample that ships. */
export const sampleNote = (sample: boolean): string[] =>
  sample ? ['Measured on the small sample of Fashion-MNIST that ships, not on the whole dataset.'] : [];
