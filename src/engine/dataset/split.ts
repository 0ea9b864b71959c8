import type { Split } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { Random, shuffled } from './random';
import type { Part } from './sources/source';

/**
 * The division of the training examples: those to train on, in ascending order, and the held-out ones in the order of the draw,
 * so that the first few are a fair sample even of a file that is sorted by class.
 */
export interface HoldOut {
  train: Uint32Array;
  validation: Uint32Array;
}

/** The examples of a split: their part of the dataset, and their numbers in it. */
export interface Members {
  readonly part: Split;
  readonly members: Uint32Array;
}

/** Options of holding out examples for validation. */
export interface HoldOutOptions {
  /** Number of examples; see `defaultHoldOut`. */
  readonly examples: number | undefined;
  readonly seed: number;
  /** True where each class is held out in proportion. */
  readonly stratified: boolean;
}

/** Returns the default number: one example in twelve, 5,000 of 60,000; one in five where no other split can be reported. */
export const defaultHoldOut = (count: number, hasTest = true): number =>
  Math.max(1, Math.round(count / (hasTest ? 12 : 5)));

/** Draws `validationExamples` of `count` examples by `seed`. The caller has checked that some remain. */
export function holdOut(count: number, validationExamples: number, seed: number): HoldOut {
  const order = drawn(count, seed);
  return { validation: order.slice(0, validationExamples), train: order.slice(validationExamples).sort() };
}

/** Holds out the same share of each class, rounded so that the sum is right. */
export function holdOutOfEach(labels: Int32Array, validationExamples: number, seed: number): HoldOut {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const share = validationExamples / labels.length;
  const wanted = [...counts].map(([label, count]) => ({
    label,
    whole: Math.floor(count * share),
    rest: (count * share) % 1,
  }));
  let left = validationExamples - wanted.reduce((sum, { whole }) => sum + whole, 0);
  const quotas = new Map<number, number>();
  for (const { label, whole } of wanted.sort((a, b) => b.rest - a.rest || a.label - b.label))
    quotas.set(label, whole + (left-- > 0 ? 1 : 0));
  const held: number[] = [];
  const kept: number[] = [];
  for (const member of drawn(labels.length, seed)) {
    const quota = quotas.get(labels[member]!) ?? 0;
    if (quota > 0) held.push(member);
    else kept.push(member);
    quotas.set(labels[member]!, quota - 1);
  }
  return { validation: Uint32Array.from(held), train: Uint32Array.from(kept).sort() };
}

const drawn = (count: number, seed: number): Uint32Array => shuffled(range(count), new Random(seed, 0x5b117));

const range = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

/**
 * Lists the splits of a dataset: its own parts, and a held-out validation part where it has only a training part.
 * @param named the dataset, as a sentence begins
 * @throws UserError where no training examples would remain
 */
export function splitsOf(
  parts: Readonly<Partial<Record<Split, Part>>>,
  { examples, seed, stratified }: HoldOutOptions,
  named: string,
): Partial<Record<Split, Members>> {
  const { train, validation, test } = parts;
  const whole = (part: Split, { count }: Part): Members => ({ part, members: range(count) });
  const own: Partial<Record<Split, Members>> = {
    ...(train ? { train: whole('train', train) } : {}),
    ...(validation ? { validation: whole('validation', validation) } : {}),
    ...(test ? { test: whole('test', test) } : {}),
  };
  if (!train || validation) {
    if (examples !== undefined)
      throw new UserError(
        `${named} has ${validation ? 'a validation part of its own' : 'no training part'}, so nothing is held out: leave "validationExamples" out.`,
        { at: ['validationExamples'] },
      );
    return own;
  }
  const held = examples ?? defaultHoldOut(train.count, test !== undefined);
  if (held >= train.count)
    throw new UserError(
      `${named} has ${train.count} training examples, so ${held} cannot be held out for validation.`,
      {
        at: ['validationExamples'],
      },
    );
  const { target } = train;
  const drawnParts =
    stratified && target.kind === 'class' ? holdOutOfEach(target.labels, held, seed) : holdOut(train.count, held, seed);
  return {
    ...own,
    train: { part: 'train', members: drawnParts.train },
    validation: { part: 'train', members: drawnParts.validation },
  };
}
