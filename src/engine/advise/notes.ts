import { afterWords, type AdvisedRecipe } from '../../protocol/advice';
import { count, percent, plural } from '../../protocol/format';
import { mainMetric, metricText, metricWords, type MetricValue } from '../../protocol/metric';
import { sizeOf, sizeWords, type Rule } from './goal';
import type { Circumstances } from './methods/method';
import type { SearchOutcome } from './search';
import type { MeasuredNow, Timing } from './now';

/** Says in one sentence that no recipe surely meets the goal, with the best one found; undefined where one does. */
export function shortfallOf(rule: Rule, recipes: readonly AdvisedRecipe[]): string | undefined {
  if (recipes.some(({ meets }) => meets)) return undefined;
  const [best] = recipes;
  if (!best) return `The goal of ${rule.words} cannot be met, because no method makes this model smaller.`;
  const { after } = best;
  const size = rule.size === undefined ? '' : sizeWords(rule.size, sizeOf(rule.size, best));
  const metric = after && { words: mainMetric([after.metric]).words, figure: afterWords(after) };
  const reached = !metric
    ? size
    : size === ''
      ? `a validation ${metric.words} of ${metric.figure}`
      : `${size} at a validation ${metric.words} of ${metric.figure}`;
  return rule.mayMeet(best)
    ? `The goal of ${rule.words} may be missed: the best recipe found is estimated at ${reached}; measure it with --measure, or run it.`
    : `The goal of ${rule.words} cannot be met: the best recipe found has ${reached}.`;
}

/** Says how the figures of the model and its layers were found. */
export function notesOn(
  { now, layers }: Timing,
  noData: string | undefined,
  measured: MeasuredNow | null,
  budget: MetricValue | null,
  isPacked: boolean,
): string[] {
  const noise = layers.length === 0 ? 0 : layers.reduce((sum, one) => sum + one.noise, 0) / layers.length;
  return [
    ...(noData === undefined
      ? []
      : [
          `Nothing was measured on examples (${noData.replace(/\.$/, '')}): this is advice about sizes and work alone.`,
        ]),
    ...(measured && budget
      ? [
          `Metrics are those of ${plural(measured.sample.length, 'validation example')}; the model as it is has ${metricWords(measured.metrics[0])}, and down to ${metricText(budget.name, budget.value)} counts as no loss.`,
        ]
      : []),
    ...(now.latency
      ? [
          `Each layer was timed by itself at batch 1, and the time of the whole model was divided among them; half of the runs lie within ${percent(noise, 0)} of the time of a layer.`,
        ]
      : [`No time was measured: ${now.noLatency}`]),
    ...(isPacked ? [] : ['The model is large, so packed bytes are what its weights take at best.']),
  ];
}

/** Says how recipes were found. */
export function notesOnSearch(
  { refused, left, candidates }: SearchOutcome,
  minutes: number,
  { trains: isTrained, examples }: Circumstances,
  recipes: readonly AdvisedRecipe[],
): string[] {
  return [
    `${plural(candidates.length, 'recipe')} ${candidates.length === 1 ? 'was' : 'were'} tried without training.`,
    ...(isTrained || examples === 0 ? [] : ['The model has no weights to train, so no recipe trains.']),
    ...(examples === 0 ? ['Recipes that train need data.'] : []),
    ...(recipes.some(({ after }) => after?.from === 'estimated')
      ? [
          '~ marks an estimate: the metric after training is estimated from that before, and packed bytes from the weights before training.',
        ]
      : []),
    ...(left > 0
      ? [
          `For ${plural(left, 'more recipe')} there was no time or no place: give more than ${count(minutes)} minutes, or a larger number to try.`,
        ]
      : []),
    ...refused,
  ];
}
