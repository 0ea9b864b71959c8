import * as z from 'zod';
import type { StepDefinition } from './define';
import { definitions } from './list';

type Definitions = typeof definitions;
export type StepName = Definitions[number]['name'];
type DefinitionOf<Name extends StepName> = Extract<Definitions[number], { name: Name }>;
export type StepOf<Name extends StepName> = z.output<DefinitionOf<Name>['schema']>;
export type ResultOf<Name extends StepName> = z.output<DefinitionOf<Name>['result']>;

/** The same part of each definition, in the same order. */
type Parts<All extends readonly StepDefinition[], Key extends 'schema' | 'result'> = {
  -readonly [Place in keyof All]: All[Place][Key];
};

// The compiler does not follow a tuple through map.
const schemas = definitions.map(({ schema }) => schema) as unknown as Parts<Definitions, 'schema'>;
const results = definitions.map(({ result }) => result) as unknown as Parts<Definitions, 'result'>;

const byName: ReadonlyMap<string, StepDefinition> = new Map(definitions.map((one) => [one.name, one]));

/** The names of all kinds, in the order in which they are offered. */
export const stepNames: readonly StepName[] = definitions.map(({ name }) => name);
export const isStepName = (name: unknown): name is StepName => typeof name === 'string' && byName.has(name);
/** What is known of a kind of step; undefined for one of another version. */
export const findStep = (name: string): StepDefinition | undefined => byName.get(name);

/** What is known of a kind of step. */
export function stepDefinition(name: StepName): StepDefinition {
  const found = byName.get(name);
  if (!found) throw new Error(`the step ${name} is not defined`);
  return found;
}

/** One step of a recipe; defaults are filled in. */
export const RecipeStep = z.discriminatedUnion('step', schemas, {
  error: `unknown step: use ${stepNames.slice(0, -1).join(', ')} or ${stepNames.at(-1)}`,
});
export type RecipeStep = z.infer<typeof RecipeStep>;
/** One step as a person writes it, defaults left out. */
export type RecipeStepInput = z.input<typeof RecipeStep>;

/** What one step of a recipe came to. */
export const StepResult = z.discriminatedUnion('step', results);
export type StepResult = z.infer<typeof StepResult>;

/** Steps that end in another model than they began with. */
export const changesModel = ({ step }: RecipeStep): boolean => stepDefinition(step).traits.changesModel;
/** Steps that train, epoch by epoch. */
export const trains = ({ step }: RecipeStep): boolean => stepDefinition(step).traits.trains;
/** Steps that make the model smaller or sparser. */
export const compresses = (step: RecipeStep): boolean => stepDefinition(step.step).traits.compresses(step);
/** Steps that need a dataset. */
export const needsData = (step: RecipeStep): boolean => stepDefinition(step.step).traits.needsData(step);
/** Steps that need a model that TensorFlow.js can run. */
export const runsModel = (step: RecipeStep): boolean => stepDefinition(step.step).traits.runsModel(step);
/** Steps whose plan needs networks that run, even without data. */
export const plansByRunning = ({ step }: RecipeStep): boolean => stepDefinition(step).traits.plansByRunning;
/** The outcome of a step in a few words. */
export const outcome = (result: StepResult): string => stepDefinition(result.step).words.outcome(result);
