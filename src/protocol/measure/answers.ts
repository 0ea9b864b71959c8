import * as z from 'zod';

/** Examples that are shown at most: of a cell of a confusion matrix, of a label, or side by side. */
export const MOST_ANSWERS = 12;
/** Points of a scatter at most. */
export const MOST_POINTS = 1000;
/** Numbers of an answer that have a scatter, at most; the first ones. */
export const MOST_NUMBERS = 8;
/** Steps of an example that are shown, at most; the first ones. */
export const MOST_STEPS = 256;
/** The longer side of a map of classes, in pixels. */
export const MAP_SIDE = 192;

/** A cell of a confusion matrix, by the numbers of the classes. */
export const ConfusionCell = z.object({
  actual: z.number().int().nonnegative(),
  predicted: z.number().int().nonnegative(),
});
export type ConfusionCell = z.infer<typeof ConfusionCell>;

/** A label that was not found where it is true, or found where it is not. */
export const LabelMistake = z.object({
  label: z.number().int().nonnegative(),
  mistake: z.enum(['missed', 'wrong']),
});
export type LabelMistake = z.infer<typeof LabelMistake>;

/** The wanted answers: some that are spread evenly over the split, or those of a cell or a mistake. */
export const AnswersOf = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('some') }),
  ConfusionCell.extend({ kind: z.literal('cell') }),
  LabelMistake.extend({ kind: z.literal('label') }),
]);
export type AnswersOf = z.infer<typeof AnswersOf>;

/** A question for answers of an output. */
export const AnswersQuestion = z.object({
  /** Name of the output where the network has several; by default the first. */
  output: z.string().optional(),
  of: AnswersOf,
});
export type AnswersQuestion = z.infer<typeof AnswersQuestion>;

/** An example: a picture, or the first 12 of its numbers. */
const AnsweredExample = z.object({
  /** The place in the split, from 0. */
  place: z.number().int().nonnegative(),
  picture: z.string().optional(),
  values: z.array(z.number()).optional(),
  /** The probability of the predicted class, or of the label, 0 to 1. */
  probability: z.number(),
});
export type AnsweredExample = z.infer<typeof AnsweredExample>;

/**
 * Answers of a model to examples of a split, beside what is true. Pictures are PNG files as data URLs, at most 96 pixels
 * wide and high, those beside maps of classes 192.
 */
export const Answers = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('classes'),
    cell: ConfusionCell,
    /** The first examples of the cell. */
    examples: z.array(AnsweredExample),
  }),
  z.object({
    kind: z.literal('labels'),
    mistake: LabelMistake,
    /** The examples with this mistake of which the model is surest. */
    examples: z.array(AnsweredExample),
  }),
  z.object({
    kind: z.literal('numbers'),
    /** The number of numbers in one answer; the first ones have points. */
    width: z.number().int().positive(),
    /** For each of these numbers its true and predicted values, of examples that are spread evenly over the split. */
    numbers: z.array(z.array(z.tuple([z.number(), z.number()]))),
  }),
  z.object({
    kind: z.literal('pictures'),
    /** Examples that are spread evenly over the split. The input is absent where it is no picture. */
    rows: z.array(z.object({ input: z.string().optional(), target: z.string(), answer: z.string() })),
  }),
  z.object({
    kind: z.literal('maps'),
    /** The cell whose pixels these examples have most of; null: they are spread evenly over the split. */
    cell: ConfusionCell.nullable(),
    /** Classes as colors (`classColor`). The input is absent where it is no picture. */
    rows: z.array(
      z.object({
        place: z.number().int().nonnegative(),
        input: z.string().optional(),
        target: z.string(),
        answer: z.string(),
        /** Share of pixels that are right, 0 to 1. */
        right: z.number(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('steps'),
    /** The cell whose steps these examples have most of; null: they are spread evenly over the split. */
    cell: ConfusionCell.nullable(),
    /** Steps of an example; the first ones are shown. */
    steps: z.number().int().positive(),
    rows: z.array(
      z.object({
        place: z.number().int().nonnegative(),
        /** The number that enters at each step, where it is one. */
        inputs: z.array(z.number()).optional(),
        /** The class of each step. */
        target: z.array(z.number().int().nonnegative()),
        answer: z.array(z.number().int().nonnegative()),
        /** Share of all steps that are right, 0 to 1. */
        right: z.number(),
      }),
    ),
  }),
]);
export type Answers = z.infer<typeof Answers>;
