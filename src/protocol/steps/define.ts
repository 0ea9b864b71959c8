import * as z from 'zod';
import type { DocsPage } from '../docs';
import { KeptWork } from '../kept';
import { WeightSizes } from '../weight-sizes';

declare module 'zod' {
  /** Keywords of a field for a form and the command line, beside its description: `field.meta({ ... })`. */
  interface GlobalMeta {
    /** Its name; by default its key in words. */
    label?: string;
    /** The names of its values, if they are not the values in words. */
    labels?: Readonly<Record<string, string>>;
    /** For values of a choice one line each: what it is and when to take it. */
    about?: Readonly<Record<string, string>>;
    /** The page of the documentation that has more about its values. */
    page?: DocsPage;
    /** `advanced`: a form hides it among more options. */
    group?: 'advanced';
    /** The unit of a number. */
    unit?: string;
    /** Values to offer where others are allowed too. */
    suggestions?: readonly string[];
    /** Its option on the command line; by default its key in kebab-case. */
    flag?: string;
    /** A new form starts with a value although none is required. */
    begins?: boolean;
    /** True for a part of a whole, from 0 to 1: forms show it as percent, and recipes keep the number. */
    share?: boolean;
    /** The first value of a form without a default. */
    start?: number;
  }
}

/** A property of a step, constant or computed from the step's options. */
type Trait<Step> = boolean | ((step: Step) => boolean);

/** The traits of a kind of step, for the runner, the form and the command line. All are false by default. */
export interface StepTraits<Step> {
  /** Starts from random weights, so it is the first step of a recipe without a checkpoint. */
  startsModel: boolean;
  /** Changes the model. */
  changesModel: boolean;
  /** Trains and leaves a checkpoint for each epoch. */
  trains: boolean;
  /** Recovers the loss of another step. A job takes its name from such a step only if it has no other. */
  recovers: boolean;
  /** Its plan builds networks, even without data. */
  plansByRunning: boolean;
  /** Makes the model smaller or sparser. Accuracy is reported before the first such step and after the last. */
  compresses(step: Step): boolean;
  /** Needs a dataset. */
  needsData(step: Step): boolean;
  /** Needs a model that TensorFlow.js can run. */
  runsModel(step: Step): boolean;
}

/** The words for a kind of step. */
export interface StepWords<Result> {
  /** `Fine-tune`. */
  title: string;
  /** While it runs: `Fine-tuning`. */
  running: string;
  /** Its purpose in one line. */
  purpose: string;
  /** When to take it, in one line. */
  when: string;
  /** The page of the documentation that has more. */
  page: DocsPage;
  /** Before the name of a model: `Remove channels of`. */
  verb: string;
  /** In the name of the resulting model: `pruned`. */
  past: string;
  /** The result in a few words, for a table of steps. */
  outcome(result: Result): string;
}

/** One kind of step: everything about it outside the engine. */
export interface StepDefinition<
  Name extends string = string,
  Options extends z.ZodObject = z.ZodObject,
  Result extends z.ZodObject = z.ZodObject,
> {
  readonly name: Name;
  /** The step in a recipe. */
  readonly schema: Options;
  /** Its result. */
  readonly result: Result;
  readonly traits: StepTraits<z.output<Options>>;
  readonly words: StepWords<z.output<Result>>;
}

type Named<Name extends string, Shape extends z.ZodRawShape> = { step: z.ZodLiteral<Name> } & Shape;
/** A result: every step says what it left of the work of earlier ones. */
type Kept<Shape extends z.ZodRawShape> = {
  keptWork: z.ZodOptional<typeof KeptWork>;
  weightSizes: z.ZodOptional<typeof WeightSizes>;
} & Shape;

const always = <Step>(trait: Trait<Step> = false): ((step: Step) => boolean) =>
  typeof trait === 'function' ? trait : () => trait;

/**
 * Defines a kind of step. The recipe schema, the form, the command line, progress and reports follow from it.
 * @param options the fields of the step in a recipe, each with its default and description
 * @param result the fields of its result
 */
export function defineStep<
  const Name extends string,
  Options extends z.ZodRawShape,
  Result extends z.ZodRawShape,
>(definition: {
  name: Name;
  options: Options;
  result: Result;
  traits: Partial<
    Pick<StepTraits<unknown>, 'startsModel' | 'changesModel' | 'trains' | 'recovers' | 'plansByRunning'> &
      Record<
        'compresses' | 'needsData' | 'runsModel',
        Trait<z.output<z.ZodObject<Named<Name, Options>, z.core.$strict>>>
      >
  >;
  words: StepWords<z.output<z.ZodObject<Named<Name, Kept<Result>>>>>;
}): StepDefinition<Name, z.ZodObject<Named<Name, Options>, z.core.$strict>, z.ZodObject<Named<Name, Kept<Result>>>> {
  const { name, options, result, traits, words } = definition;
  const {
    startsModel = false,
    changesModel = false,
    trains = false,
    recovers = false,
    plansByRunning = false,
  } = traits;
  return {
    name,
    schema: z.strictObject({ step: z.literal(name), ...options }),
    result: z.object({
      step: z.literal(name),
      keptWork: KeptWork.optional(),
      weightSizes: WeightSizes.optional(),
      ...result,
    }),
    traits: {
      ...{ startsModel, changesModel, trains, recovers, plansByRunning },
      compresses: always(traits.compresses),
      needsData: always(traits.needsData),
      runsModel: always(traits.runsModel ?? traits.needsData),
    },
    words,
  };
}
