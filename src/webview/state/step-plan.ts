import { signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { StepPlan } from '../../protocol/plan';
import type { RecipeStep } from '../../protocol/steps';
import { ask } from './host';
import { seed } from './session';

/** The plan that was asked for last, and the step that it is of: stale once that has changed. */
export const planned = signal<{ step: RecipeStep; plan: StepPlan } | null>(null);
export const planning = signal<{ progress: Progress | null } | null>(null);
export const planProblem = signal<string | null>(null);

let abort: AbortController | undefined;

/** Asks what a step would do; a newer question takes the place of an older one. */
export async function planStep(step: RecipeStep): Promise<void> {
  abort?.abort();
  const own = (abort = new AbortController());
  planProblem.value = null;
  planning.value = { progress: null };
  try {
    const plan = await ask(
      'plan',
      { step, seed: seed.value, download: true },
      {
        signal: own.signal,
        onProgress: (part) => {
          if (part.part === 'progress') planning.value = { progress: part.progress };
        },
      },
    );
    planned.value = { step, plan };
  } catch (error) {
    if (!(error instanceof CancelledError)) planProblem.value = error instanceof Error ? error.message : String(error);
  } finally {
    if (abort === own) planning.value = null;
  }
}

export const cancelPlan = (): void => abort?.abort();
