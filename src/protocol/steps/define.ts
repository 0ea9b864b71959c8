import * as z from 'zod';

declare module 'zod' {
  /** What a form and the command line make of a field, beside its description. It goes with the schema: `field.meta({ ... })`. */
  interface GlobalMeta {
    /** Its name; by default that of its key in words. */
    label?: string;
    /** The names of its values, where they are not those of a recipe in words. */
    labels?: Readonly<Record<string, string>>;
    /** `advanced`: shown only where a person asks for more options. */
    group?: 'advanced';
    /** What a number counts or measures. */
    unit?: string;
    /** Values that are offered where others are allowed too. */
    suggestions?: readonly string[];
    /** Its option on the command line; by default its key in kebab-case. */
    flag?: string;
    /** A new form begins with a value although none is needed. */
    begins?: boolean;
    /** The value with which a form begins where there is no default. */
    start?: number;
  }
}

/** A property of a step, or how to tell it from the step's options. */
type Trait<Step> = boolean | ((step: Step) => boolean);

/** What the runner, the form and the command line ask of a kind of step. All are false by default. */
export interface StepTraits<Step> {
  /** Begins from random weights, so that it can only be the first step, of a recipe without a checkpoint. */
  startsModel: boolean;
  /** Ends in another model than it began with. */
  changesModel: boolean;
  /** Trains, leaving a checkpoint for each epoch. */
  trains: boolean;
  /** Recovers what another step has cost: a job is called after it only where there is no other. */
  recovers: boolean;
  /** Planning it builds networks, even without data. */
  plansByRunning: boolean;
  /** Makes the model smaller or sparser: accuracy is told before the first of these and after the last. */
  compresses(step: Step): boolean;
  /** Needs a dataset. */
  needsData(step: Step): boolean;
  /** Needs a model that TensorFlow.js can run. */
  runsModel(step: Step): boolean;
}

/** What a person reads of a kind of step. */
export interface StepWords<Result> {
  /** `Fine-tune`. */
  title: string;
  /** While it runs: `Fine-tuning`. */
  running: string;
  /** One line that says what it does. */
  purpose: string;
  /** Before the name of a model: `Remove channels of`. */
  verb: string;
  /** In the name of the model that it makes: `pruned`. */
  past: string;
  /** The outcome in a few words, for a table of steps. */
  outcome(result: Result): string;
}

/** One kind of step: all that is known of it outside the engine. */
export interface StepDefinition<
  Name extends string = string,
  Options extends z.ZodObject = z.ZodObject,
  Result extends z.ZodObject = z.ZodObject,
> {
  readonly name: Name;
  /** The step as a recipe says it. */
  readonly schema: Options;
  /** What it came to. */
  readonly result: Result;
  readonly traits: StepTraits<z.output<Options>>;
  readonly words: StepWords<z.output<Result>>;
}

type Named<Name extends string, Shape extends z.ZodRawShape> = { step: z.ZodLiteral<Name> } & Shape;

const always = <Step>(trait: Trait<Step> = false): ((step: Step) => boolean) =>
  typeof trait === 'function' ? trait : () => trait;

/**
 * Defines a kind of step. The recipe schema, the form, the command line, progress words and reports follow from it.
 * @param options the fields of the step in a recipe, each with its default and description
 * @param result the fields of its outcome
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
  words: StepWords<z.output<z.ZodObject<Named<Name, Result>>>>;
}): StepDefinition<Name, z.ZodObject<Named<Name, Options>, z.core.$strict>, z.ZodObject<Named<Name, Result>>> {
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
    result: z.object({ step: z.literal(name), ...result }),
    traits: {
      ...{ startsModel, changesModel, trains, recovers, plansByRunning },
      compresses: always(traits.compresses),
      needsData: always(traits.needsData),
      runsModel: always(traits.runsModel ?? traits.needsData),
    },
    words,
  };
}
