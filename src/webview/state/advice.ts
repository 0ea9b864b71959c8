import { batch, computed, effect, signal } from '@preact/signals';
import { AdviceOptions, type Advice, type AdvisedRecipe } from '../../protocol/advice';
import { CancelledError } from '../../protocol/errors';
import { plural } from '../../protocol/format';
import { asJson } from '../../protocol/json';
import { t, translated } from '../../protocol/l10n';
import type { Progress } from '../../protocol/measure';
import type { RecipeJob } from '../../protocol/panel';
import { goalOf, type GoalDraft } from '../advice/goal';
import { attempt, run } from './actions';
import { ask } from './host';
import { replaceSteps } from './recipe';
import { announcement, cannotRun, panel, seed } from './session';
import { planStep } from './step-plan';
import { bringIntoView } from './view';

/** The goal of the next advice. */
export const goalDraft = signal<GoalDraft>({ aim: 'none', text: '' });
/** True: recipes that train are run for 2 epochs. */
export const measuring = signal(false);
/** Minutes for layers and recipes before training. */
export const minutes = signal(AdviceOptions.parse({}).minutes);
export const advising = signal<{ progress: Progress | null } | null>(null);
export const adviceProblem = signal<string | null>(null);

const fresh = signal<Advice | null>(null);

/** The advice for these weights: that of this page, or the kept one. */
export const advice = computed<Advice | null>(() => {
  const state = panel.value;
  const hash = state?.inspection.weightsHash;
  return [fresh.value, state?.advice ?? null].find((one) => one?.weightsHash === hash) ?? null;
});

/** What is wrong with the goal; null: nothing. */
export const goalProblem = computed(() => {
  const goal = goalOf(goalDraft.value);
  return typeof goal === 'string' ? goal : null;
});

let abort: AbortController | undefined;

/** Asks for advice. */
export async function advise(): Promise<void> {
  const goal = goalOf(goalDraft.value);
  if (advising.value || cannotRun.value !== null || typeof goal === 'string') return;
  const own = (abort = new AbortController());
  batch(() => {
    advising.value = { progress: null };
    adviceProblem.value = null;
  });
  try {
    const options = AdviceOptions.parse({
      measure: measuring.value,
      minutes: minutes.value,
      ...(goal ? { goal } : {}),
    });
    const told = await ask(
      'advise',
      { options, seed: seed.value },
      { signal: own.signal, onProgress: ({ progress }) => (advising.value = { progress }) },
    );
    fresh.value = told;
    announcement.value = [
      t('Advice: {0}.', plural(told.recipes.length, 'recipe')),
      ...(told.shortfall === undefined ? [] : [translated(told.shortfall)]),
    ].join(' ');
  } catch (error) {
    if (!(error instanceof CancelledError))
      adviceProblem.value = error instanceof Error ? error.message : String(error);
  } finally {
    advising.value = null;
  }
}

export const cancelAdvice = (): void => abort?.abort();

/** Puts the steps of a recipe into the form, and brings it into view. */
export function openInMethods({ steps }: AdvisedRecipe): void {
  replaceSteps(steps.map(asJson));
  bringIntoView('recipe');
}

/** Does the same, and plans the first step. */
export function showPlan(recipe: AdvisedRecipe): void {
  openInMethods(recipe);
  const [first] = recipe.steps;
  if (first) void planStep(first);
}

/** Runs a recipe into a free folder beside the model. */
export const runAdvised = ({ steps }: AdvisedRecipe): Promise<void> =>
  attempt(async () => {
    await run(await jobOf(steps));
  });

/** Opens a recipe in an editor, as a file that is not saved yet. */
export const openAsRecipe = ({ steps }: AdvisedRecipe): Promise<void> =>
  attempt(async () => {
    await ask('openRecipe', await jobOf(steps));
  });

async function jobOf(steps: AdvisedRecipe['steps']): Promise<RecipeJob> {
  const { folder } = await ask('proposeFolder', { steps, sparsity: null });
  return { steps, seed: seed.value, folder };
}

/** Stops an advice about weights that changed. */
export function followAdvisedWeights(): void {
  let of: string | undefined;
  effect(() => {
    const hash = panel.value?.inspection.weightsHash;
    if (hash === of) return;
    of = hash;
    abort?.abort();
  });
}
