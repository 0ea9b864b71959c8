import { batch, computed, effect, signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import type { PlanBytes, PlanMetrics, PlanCounts } from '../../protocol/plan';
import type { PruneStep } from '../../protocol/steps/prune';
import { normalizationName } from '../../protocol/normalization';
import { keepEqual } from './keep-equal';
import { latestOnly } from './latest';
import { countLocally, modelDistribution, toPruneStep } from '../threshold/amounts';
import { ask } from './host';
import { histograms, inspection, panel, amounts } from './session';
import { measureDrawn } from './timing';

type FileBytes = NonNullable<PlanBytes['after']>;

/** The seed of the threshold's recipe; it only affects random scores. */
export const WRITE_SEED = 0;

/** A figure of the engine with its step: it is stale when the amounts have changed. */
interface Known<T> {
  step: PruneStep;
  value: T;
}

/** Milliseconds that a question may continue after a newer one, so that bytes follow a steady drag. */
const PATIENCE = 250;

const sameStep = keepEqual<PruneStep | null>();
/** The weights that the amount for all layers is a share of; null while unknown. */
export const allWeights = computed(() => inspection.value && modelDistribution(inspection.value, histograms.value));

/** The amounts as a step of a recipe; null: they prune nothing. An equal step is the same object, so that retyping a number makes no figure stale. */
export const step = computed(() => sameStep(toPruneStep(amounts.value, allWeights.value)));
const exactCounts = signal<Known<PlanCounts> | null>(null);
const knownBytes = signal<Known<FileBytes> | null>(null);
const knownMetrics = signal<Known<{ figure: PlanMetrics | null; reason: string | null }> | null>(null);
const knownProblem = signal<Known<string> | null>(null);
/** The metrics of the model as it is, and what they were measured with. */
const knownNow = signal<{ about: string; figure: PlanMetrics } | null>(null);

/** The weights and the data: metrics of others do not hold. */
const about = computed(() => {
  const state = panel.value;
  if (!state) return '';
  const { inspection: model, dataset, trusted, previewSamples } = state;
  return JSON.stringify([model.weightsHash, dataset?.folder, trusted, previewSamples]);
});

/** The normalization of pixels in use; undefined: not known yet. */
const pixels = computed(() => {
  const used = panel.value?.normalization;
  return used ? normalizationName(used) : undefined;
});

let inputAt = performance.now();
let undrawn = false;

/** Notes the time of a person's change. Latency is measured from the first change in a frame. */
export function inputHappened(at: number): void {
  inputAt = at;
  if (undrawn) return;
  undrawn = true;
  measureDrawn('secateur:counts', at, () => (undrawn = false));
}

async function answer(question: { step: PruneStep; at: number }, signal: AbortSignal): Promise<void> {
  const current = question.step;
  const measuredWith = about.peek();
  let bytesDrawn = false;
  const gotBytes = ({ after }: PlanBytes): void => {
    if (bytesDrawn || !after) return;
    bytesDrawn = true;
    knownBytes.value = { step: current, value: after };
    measureDrawn('secateur:bytes', question.at);
  };
  try {
    const result = await ask(
      'plan',
      { step: current, seed: WRITE_SEED, download: false, moves: true },
      {
        signal,
        onProgress: (part) => {
          if (part.part === 'counts') exactCounts.value = { step: current, value: part.counts };
          else if (part.part === 'bytes') {
            gotBytes(part.bytes);
            latest.enough();
          }
        },
      },
    );
    batch(() => {
      exactCounts.value = { step: current, value: result.counts };
      gotBytes(result.bytes);
      knownMetrics.value = { step: current, value: { figure: result.metrics, reason: result.noAccuracy ?? null } };
      knownProblem.value = null;
      if (result.metrics) knownNow.value = { about: measuredWith, figure: result.metrics };
    });
    if (result.metrics) measureDrawn('secateur:accuracy', question.at);
  } catch (error) {
    if (error instanceof CancelledError || signal.aborted) return;
    knownProblem.value = { step: current, value: error instanceof Error ? error.message : String(error) };
  }
}

const latest = latestOnly(
  answer,
  PATIENCE,
  (run, milliseconds) => setTimeout(run, milliseconds),
  () => performance.now(),
);

/** Asks again for the current plan, for example after the engine restarted. */
export function askAgain(): void {
  if (step.value && panel.value) latest.ask({ step: step.value, at: performance.now() });
}

/** Follows the amounts, and the dataset of the accuracy. */
export function followPlan(): void {
  let asked = '';
  let before: string | undefined;
  let changes = 0;
  effect(() => {
    const state = panel.value;
    if (!state || !step.value) {
      asked = '';
      latest.drop();
      return;
    }
    // Another normalization asks again; the first one is what the answer used.
    if (pixels.value !== undefined && before !== undefined && before !== pixels.value) changes++;
    before = pixels.value ?? before;
    const key = JSON.stringify([step.value, about.value, changes]);
    if (key === asked) return;
    asked = key;
    // The same amounts on other data need another accuracy.
    if (knownMetrics.peek()?.step === step.value) knownMetrics.value = null;
    latest.ask({ step: step.value, at: inputAt });
  });
}

/** Forgets every figure, because the weights changed. */
export function forgetPreview(): void {
  batch(() => {
    exactCounts.value = null;
    knownBytes.value = null;
    knownMetrics.value = null;
    knownProblem.value = null;
  });
}

/** True if the counts are the exact ones of the engine. */
export const countsAreExact = computed(() => step.value !== null && exactCounts.value?.step === step.value);

/** The counts for the amounts: those of the engine, or the page's own until the engine answers; null without amounts. */
export const counts = computed<PlanCounts | null>(() => {
  if (!step.value || !inspection.value) return null;
  if (exactCounts.value?.step === step.value) return exactCounts.value.value;
  return countLocally(inspection.value, histograms.value, amounts.value);
});

/** The threshold that the engine found for the amount for all layers, if that is the only amount; undefined: unknown. */
export function foundThreshold(): number | undefined {
  const known = exactCounts.peek();
  if (!known || known.step !== step.peek() || !known.step.amount || known.step.layers) return undefined;
  // A layer that keeps its largest weight has its own threshold.
  const found = known.value.layers.flatMap(({ threshold, reason }) =>
    threshold === null || reason !== undefined ? [] : [threshold],
  );
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** Rows of `counts` by layer. */
export const countsByLayer = computed(() => new Map(counts.value?.layers.map((layer) => [layer.name, layer])));

const shown = <T>(known: Known<T> | null): { value: T; stale: boolean } | null =>
  step.value && known ? { value: known.value, stale: known.step !== step.value } : null;

export const previewBytes = computed(() => shown(knownBytes.value));
export const previewMetrics = computed(() => shown(knownMetrics.value));
/** The validation metrics of the model as it is, from the last preview; null: not measured yet. */
export const metricsNow = computed(() => {
  const known = knownNow.value;
  if (known?.about !== about.value) return null;
  const used = known.figure.normalization;
  const isOther = pixels.value !== undefined && normalizationName(used) !== pixels.value;
  return isOther ? null : known.figure;
});

/** The reason why the current amounts could not be previewed, as one sentence. */
export const previewProblem = computed(() =>
  knownProblem.value && knownProblem.value.step === step.value ? knownProblem.value.value : null,
);
