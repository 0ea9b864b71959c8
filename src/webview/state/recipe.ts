import { computed, signal } from '@preact/signals';
import { describeIssue, firstComplaint } from '../../protocol/errors';
import { isStepName, RecipeStep, stepDefinition, type StepName } from '../../protocol/steps';
import type { JsonObject } from '../../protocol/json';
import { fieldsOf, type Field } from '../../protocol/fields';
import { initialObject } from '../form/values';
import { keepEqual } from './keep-equal';
import { drafts, inspection } from './session';

/** The step whose form is shown, by its place; null: none. */
export const current = signal<number | null>(drafts.peek().length > 0 ? 0 : null);

const fields = new Map<string, readonly Field[]>();

/** What the form of a kind of step is made from. */
export function stepFields(name: StepName): readonly Field[] {
  let known = fields.get(name);
  if (!known) fields.set(name, (known = fieldsOf(stepDefinition(name).schema)));
  return known;
}

/** The kind of a draft; null for one that this version does not know. */
export const nameOf = ({ step }: JsonObject): StepName | null => (isStepName(step) ? step : null);

/** Numbers that fit this model, for fields that have no other to begin with. */
export function starts(key: string): number | undefined {
  const totals = inspection.value?.totals;
  return {
    bytes: totals && Math.round(totals.gzipBytes / 4),
    macs: totals?.macs == null ? undefined : Math.round(totals.macs / 2),
    params: totals && Math.round(totals.params / 2),
  }[key];
}

/** A new step of a kind, with what it must have. */
export const newDraft = (name: StepName): JsonObject =>
  initialObject({ kind: 'object', fields: stepFields(name) }, starts);

const same = keepEqual<RecipeStep[] | null>();
const checked = computed(() => drafts.value.map((draft) => RecipeStep.safeParse(draft)));

/** What is wrong with each step; null: nothing. */
export const problems = computed(() =>
  checked.value.map((result) => (result.success ? null : describeIssue(result.error))),
);

/** The same of the step in hand, with its place in it; null: nothing. */
export const currentComplaint = computed(() => {
  const error = current.value === null ? undefined : checked.value[current.value]?.error;
  return error ? firstComplaint(error) : null;
});

/** The recipe's steps, defaults filled in; null where there are none, or one is not complete. The same array while they are the same. */
export const steps = computed<RecipeStep[] | null>(() => {
  const parsed = checked.value.flatMap((result) => (result.success ? [result.data] : []));
  return same(parsed.length > 0 && parsed.length === checked.value.length ? parsed : null);
});

/** The step in hand, complete; null otherwise. */
export const currentStep = computed<RecipeStep | null>(() => {
  const result = current.value === null ? undefined : checked.value[current.value];
  return result?.success ? result.data : null;
});

/** Puts a step at the end, or a whole list in place of all, and shows the form of the first new one. */
export function addStep(draft: JsonObject): void {
  drafts.value = [...drafts.value, draft];
  current.value = drafts.value.length - 1;
}

export function replaceSteps(list: readonly JsonObject[]): void {
  drafts.value = list;
  current.value = list.length > 0 ? 0 : null;
}

export function changeStep(index: number, draft: JsonObject): void {
  drafts.value = drafts.value.map((old, place) => (place === index ? draft : old));
}

export function deleteStep(index: number): void {
  const left = drafts.value.filter((_, place) => place !== index);
  drafts.value = left;
  current.value = left.length === 0 ? null : Math.min(index, left.length - 1);
}

/** Moves a step up (-1) or down (1); it stays in hand. */
export function moveStep(index: number, by: -1 | 1): void {
  const to = index + by;
  const list = [...drafts.value];
  const [moved] = list.splice(index, 1);
  if (!moved || to < 0 || to > list.length) return;
  list.splice(to, 0, moved);
  drafts.value = list;
  current.value = to;
}
