import { computed, signal } from '@preact/signals';
import { describeIssue, firstComplaint } from '../../protocol/errors';
import { isStepName, RecipeStep, stepDefinition, type StepName } from '../../protocol/steps';
import type { Json, JsonObject } from '../../protocol/json';
import { fieldsOf, type Field } from '../../protocol/fields';
import { t } from '../../protocol/l10n';
import { metricsOr, type MetricValue } from '../../protocol/metric';
import { initialObject } from '../form/values';
import { translatedFields } from '../form/translated-fields';
import { keepEqual } from './keep-equal';
import { goalStarts } from './goal-start';
import { drafts, evaluation, inspection, panel } from './session';
import { moveWrongTexts, wrongTexts } from './wrong-texts';

/** The place of the selected step; null: none. */
export const current = signal<number | null>(drafts.peek().length > 0 ? 0 : null);

const fields = new Map<string, readonly Field[]>();

/** The fields of the form of each kind of step. */
export function stepFields(name: StepName): readonly Field[] {
  let known = fields.get(name);
  if (!known) fields.set(name, (known = translatedFields(fieldsOf(stepDefinition(name).schema))));
  return known;
}

/** The kind of a draft; null for a kind that this version does not know. */
export const nameOf = ({ step }: JsonObject): StepName | null => (isStepName(step) ? step : null);

/** The main metric of the model as it is: of the last evaluation, or as its file tells. */
function mainKnown(): MetricValue | undefined {
  const written = inspection.value?.provenance?.accuracies.at(-1);
  return evaluation.value?.metrics[0] ?? written?.metric ?? metricsOr(undefined, written?.accuracy)?.[0];
}

/** First values for this model, for fields without a default. */
export function starts(key: string): Json | undefined {
  const totals = inspection.value?.totals;
  const first: Readonly<Record<string, Json | undefined>> = {
    ...goalStarts(mainKnown(), panel.value?.dataset?.task),
    bytes: totals && Math.round(totals.gzipBytes / 4),
    macs: totals?.macs == null ? undefined : Math.round(totals.macs / 2),
    params: totals && Math.round(totals.params / 2),
    // A person picks the weights to go back to.
    to: '',
  };
  return first[key];
}

/** A new step of a kind, with its required fields. */
export const newDraft = (name: StepName): JsonObject =>
  initialObject({ kind: 'object', fields: stepFields(name) }, starts);

const same = keepEqual<RecipeStep[] | null>();
const checked = computed(() => drafts.value.map((draft) => RecipeStep.safeParse(draft)));

/** The fault of each step; null: none. A text that is no value is a fault, whatever value the step had before. */
export const problems = computed(() =>
  checked.value.map((result, index) => {
    const wrong = wrongTexts.value.find(({ step }) => step === index);
    if (wrong) return t('{0}: {1}', wrong.label, wrong.problem);
    return result.success ? null : describeIssue(result.error);
  }),
);

/** The fault of the selected step, with its place in it; null: none. */
export const currentComplaint = computed(() => {
  const error = current.value === null ? undefined : checked.value[current.value]?.error;
  return error ? firstComplaint(error) : null;
});

/** The recipe's steps with defaults; null if there are none, or one is not complete. An equal list is the same array. */
export const steps = computed<RecipeStep[] | null>(() => {
  const parsed = checked.value.flatMap((result) => (result.success ? [result.data] : []));
  const complete = parsed.length > 0 && parsed.length === checked.value.length && wrongTexts.value.length === 0;
  return same(complete ? parsed : null);
});

/** The selected step, if it is complete; null otherwise. */
export const currentStep = computed<RecipeStep | null>(() => {
  const result = current.value === null ? undefined : checked.value[current.value];
  return result?.success ? result.data : null;
});

/** The complete ones of the steps before a place. */
export const stepsBefore = (index: number): RecipeStep[] =>
  checked.value.slice(0, index).flatMap((result) => (result.success ? [result.data] : []));

/** Adds a step at the end, or replaces the whole list, and selects the first new step. */
export function addStep(draft: JsonObject): void {
  drafts.value = [...drafts.value, draft];
  current.value = drafts.value.length - 1;
}

export function replaceSteps(list: readonly JsonObject[]): void {
  moveWrongTexts(() => null);
  drafts.value = list;
  current.value = list.length > 0 ? 0 : null;
}

export function changeStep(index: number, draft: JsonObject): void {
  drafts.value = drafts.value.map((old, place) => (place === index ? draft : old));
}

export function deleteStep(index: number): void {
  const left = drafts.value.filter((_, place) => place !== index);
  moveWrongTexts((place) => (place === index ? null : place > index ? place - 1 : place));
  drafts.value = left;
  current.value = left.length === 0 ? null : Math.min(index, left.length - 1);
}

/** Moves a step up (-1) or down (1); it stays selected. */
export function moveStep(index: number, by: -1 | 1): void {
  const to = index + by;
  const list = [...drafts.value];
  const [moved] = list.splice(index, 1);
  if (!moved || to < 0 || to > list.length) return;
  list.splice(to, 0, moved);
  moveWrongTexts((place) => (place === index ? to : place === to ? index : place));
  drafts.value = list;
  current.value = to;
}
