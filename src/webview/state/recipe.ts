import { computed, signal } from '@preact/signals';
import * as z from 'zod';
import { describeIssue, firstComplaint } from '../../protocol/errors';
import { RecipeStep, stepSchemas, type StepName } from '../../protocol/steps';
import type { JsonObject } from '../form/json';
import { specOf, type Spec } from '../form/spec';
import { initialObject } from '../form/values';
import { keepEqual } from '../logic/keepEqual';
import { drafts, inspection } from './session';

/** The step whose form is shown, by its place; null: none. */
export const current = signal<number | null>(drafts.peek().length > 0 ? 0 : null);

const specs = new Map<string, Spec>();

/** What the form of a kind of step is made from. */
export function stepSpec(name: StepName): Extract<Spec, { kind: 'object' }> {
  let spec = specs.get(name);
  if (!spec) {
    spec = specOf(z.toJSONSchema(stepSchemas[name], { target: 'draft-7', io: 'input' }));
    specs.set(name, spec);
  }
  return spec.kind === 'object' ? spec : { kind: 'object', fields: [] };
}

const isStepName = (name: unknown): name is StepName => typeof name === 'string' && name in stepSchemas;

/** The kind of a draft; null for one that this version does not know. */
export const nameOf = ({ step }: JsonObject): StepName | null => (isStepName(step) ? step : null);

/** Numbers that fit this model, for fields that must have one. */
export function starts(key: string): number | undefined {
  const totals = inspection.value?.totals;
  return {
    sparsity: 0.9,
    accuracy: 0.9,
    threshold: 0.05,
    standardDeviations: 1,
    bytes: totals && Math.round(totals.gzipBytes / 4),
    macs: totals?.macs == null ? undefined : Math.round(totals.macs / 2),
    params: totals && Math.round(totals.params / 2),
  }[key];
}

/** A new step of a kind, with what it must have. */
export function newDraft(name: StepName): JsonObject {
  const spec = stepSpec(name);
  const draft = initialObject(spec, starts);
  const amount = spec.fields.find(({ key }) => key === 'amount')?.spec;
  // Pruning and removing do nothing without an amount, though it may be given by layer instead.
  if (amount?.kind !== 'union') return draft;
  const chosen = amount.variants.find((each) => each.name === (name === 'prune' ? 'sparsity' : 'channels'));
  return chosen?.spec.kind === 'object' ? { ...draft, amount: initialObject(chosen.spec, starts) } : draft;
}

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
