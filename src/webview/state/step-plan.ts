import { signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { StepPlan } from '../../protocol/plan';
import type { RecipeStep } from '../../protocol/steps';
import { ask } from './host';
import { seed } from './session';

/** The last plan with its step; it is stale if the step has changed since. */
export const planned = signal<{ step: RecipeStep; plan: StepPlan } | null>(null);
export const planning = signal<{ progress: Progress | null } | null>(null);
/** Names of the layers that planned steps put in the place of others, by the step as text. */
const made = signal<ReadonlyMap<string, readonly string[]>>(new Map());
/** The reason why a step has no plan; it is stale if the step has changed since. */
export const planProblem = signal<{ step: RecipeStep; message: string } | null>(null);

let abort: AbortController | undefined;

/** Plans a step. A newer question replaces an older one. */
export async function planStep(step: RecipeStep): Promise<void> {
  abort?.abort();
  const own = (abort = new AbortController());
  planProblem.value = null;
  planning.value = { progress: null };
  try {
    const plan = await ask(
      'plan',
      { step, seed: seed.value, download: true, packed: true },
      {
        signal: own.signal,
        onProgress: (part) => {
          if (part.part === 'progress') planning.value = { progress: part.progress };
        },
      },
    );
    planned.value = { step, plan };
    const names = plan.counts.layers.flatMap(({ becomes = [] }) => becomes.map(({ name }) => name));
    if (names.length > 0) made.value = new Map([...made.value, [JSON.stringify(step), names]]);
  } catch (error) {
    if (!(error instanceof CancelledError))
      planProblem.value = { step, message: error instanceof Error ? error.message : String(error) };
  } finally {
    if (abort === own) planning.value = null;
  }
}

/** Names the layers that steps make, as far as their plans were shown. */
export const madeBy = (steps: readonly RecipeStep[]): string[] => [
  ...new Set(steps.flatMap((step) => made.value.get(JSON.stringify(step)) ?? [])),
];

export const cancelPlan = (): void => abort?.abort();
