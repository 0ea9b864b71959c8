import * as z from 'zod';

/** Examples of a cell of a confusion matrix, and of pictures side by side, that are shown at most. */
export const MOST_ANSWERS = 12;
/** Points of a scatter at most. */
export const MOST_POINTS = 1000;
/** Numbers of an answer that have a scatter, at most; the first ones. */
export const MOST_NUMBERS = 8;

/** A cell of a confusion matrix, by the numbers of the classes. */
export const ConfusionCell = z.object({
  actual: z.number().int().nonnegative(),
  predicted: z.number().int().nonnegative(),
});
export type ConfusionCell = z.infer<typeof ConfusionCell>;

/** Answers of a model to examples of a split, beside what is true. Pictures are PNG files as data URLs, at most 96 pixels wide and high. */
export const Answers = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('classes'),
    cell: ConfusionCell,
    /** The first examples of the cell: each a picture, or the first 12 of its numbers. */
    examples: z.array(
      z.object({
        /** The place in the split, from 0. */
        place: z.number().int().nonnegative(),
        picture: z.string().optional(),
        values: z.array(z.number()).optional(),
        /** The probability of the predicted class, 0 to 1. */
        probability: z.number(),
      }),
    ),
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
]);
export type Answers = z.infer<typeof Answers>;
