import { computed, effect, signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import { LevelsStep, type WeightLevels } from '../../protocol/measure/levels';
import { ask } from './host';
import { hasNumbers } from './histograms';
import { keepEqual } from './keep-equal';
import { latestOnly } from './latest';
import { currentStep } from './recipe';
import { engine, inspection, selectedLayer } from './session';

/** Milliseconds that a question may continue after a newer one. */
const PATIENCE = 400;

const sameStep = keepEqual<LevelsStep | null>();
/** The selected step, if weights have few values after it. */
export const levelsStep = computed<LevelsStep | null>(() =>
  sameStep(LevelsStep.safeParse(currentStep.value).data ?? null),
);

interface Question {
  readonly step: LevelsStep;
  readonly layer: string;
  readonly weights: string;
}
const same = keepEqual<Question | null>();
/** The question about the selected layer; null: there is none. */
const question = computed<Question | null>(() => {
  const [step, layer, model] = [levelsStep.value, selectedLayer.value, inspection.value];
  const hasWeights = layer !== null && hasNumbers(layer);
  return same(step && model && hasWeights ? { step, layer: layer.name, weights: model.weightsHash } : null);
});

const known = signal<{ of: Question; answer: WeightLevels | { state: 'failed'; problem: string } } | null>(null);

async function answer(of: Question, signal: AbortSignal): Promise<void> {
  const { step, layer } = of;
  try {
    known.value = { of, answer: await ask('levels', { step, layer }, { signal }) };
  } catch (error) {
    if (error instanceof CancelledError || signal.aborted) return;
    const problem = error instanceof Error ? error.message : String(error);
    known.value = { of, answer: { state: 'failed', problem } };
  }
}

const latest = latestOnly(
  answer,
  PATIENCE,
  (run, milliseconds) => setTimeout(run, milliseconds),
  () => performance.now(),
);

/** Asks for the levels of the selected layer whenever it or the selected step changes. */
export function followLevels(): void {
  effect(() => {
    const asked = question.value;
    // After a restart of the engine, a question that failed is asked again.
    const isDown = engine.value?.up === false;
    if (asked && !isDown) latest.ask(asked);
    else latest.drop();
  });
}

/**
 * The levels of the selected layer in the selected step; null: none are asked for, or none are known yet. Those before the
 * last change of options are stale.
 */
export const levels = computed(() => {
  const [asked, now] = [question.value, known.value];
  if (!asked || !now || now.of.layer !== asked.layer || now.of.weights !== asked.weights) return null;
  return { answer: now.answer, stale: now.of !== asked };
});
