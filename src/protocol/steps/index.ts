import * as z from 'zod';
import type { StepDefinition } from './define';
import { definitions } from './list';

type Definitions = typeof definitions;
export type StepName = Definitions[number]['name'];
type DefinitionOf<Name extends StepName> = Extract<Definitions[number], { name: Name }>;
export type StepOf<Name extends StepName> = z.output<DefinitionOf<Name>['schema']>;
export type ResultOf<Name extends StepName> = z.output<DefinitionOf<Name>['result']>;

// A union needs at least one member, so the first definition is named.
const [first, ...others] = definitions;
const byName: ReadonlyMap<string, StepDefinition> = new Map(definitions.map((one) => [one.name, one]));

/** The names of all kinds of step, in the order of menus. */
export const stepNames: readonly StepName[] = definitions.map(({ name }) => name);
export const isStepName = (name: unknown): name is StepName => typeof name === 'string' && byName.has(name);
/** The definition of a kind of step; undefined for a kind of another version. */
export const findStep = (name: string): StepDefinition | undefined => byName.get(name);

/** The definition of a kind of step. */
export function stepDefinition(name: StepName): StepDefinition {
  const found = byName.get(name);
  if (!found) throw new Error(`the step ${name} is not defined`);
  return found;
}

/** One step of a recipe; defaults are filled in. */
export const RecipeStep = z.discriminatedUnion('step', [first.schema, ...others.map(({ schema }) => schema)], {
  error: `unknown step: use ${stepNames.slice(0, -1).join(', ')} or ${stepNames.at(-1)}`,
});
export type RecipeStep = z.infer<typeof RecipeStep>;
/** One step as a person writes it, without defaults. */
export type RecipeStepInput = z.input<typeof RecipeStep>;

/** The result of one step. */
export const StepResult = z.discriminatedUnion('step', [first.result, ...others.map(({ result }) => result)]);
export type StepResult = z.infer<typeof StepResult>;

/** True for a step that changes the model. */
export const changesModel = ({ step }: RecipeStep): boolean => stepDefinition(step).traits.changesModel;
/** True for a step that trains, epoch by epoch. */
export const trains = ({ step }: RecipeStep): boolean => stepDefinition(step).traits.trains;
/** True for a step that makes the model smaller or sparser. */
export const compresses = (step: RecipeStep): boolean => stepDefinition(step.step).traits.compresses(step);
/** True for a step that needs a dataset. */
export const needsData = (step: RecipeStep): boolean => stepDefinition(step.step).traits.needsData(step);
/** True for a step that needs a model that TensorFlow.js can run. */
export const runsModel = (step: RecipeStep): boolean => stepDefinition(step.step).traits.runsModel(step);
/** True for a step whose plan runs networks, even without data. */
export const plansByRunning = ({ step }: RecipeStep): boolean => stepDefinition(step).traits.plansByRunning;
/** The result of a step in a few words. */
export const outcome = (result: StepResult): string => stepDefinition(result.step).words.outcome(result);
