import type { OpOf } from '../op/op';
import { UNKNOWN, without, type Infer } from './infer';

/** Pictures of the size that is set, in every batch. */
export const resized: Infer<OpOf<'resize'>> = ({ height, width }, [input]) => {
  if (!input || input.length < 3) return UNKNOWN;
  return without([...input.slice(0, -3), height ?? NaN, width ?? NaN, input.at(-1) ?? null]);
};

/** A side may be drawn anew for each batch while a model trains. */
export const augmented: Infer<OpOf<'augment'>> = ({ open }, [input]) => {
  if (!input) return UNKNOWN;
  if (open === undefined) return without([...input]);
  return input.length >= 3 ? without(input.with(open, null)) : UNKNOWN;
};

/** Tokens as numbers of how often each is there, or as one row for each. */
export const categories: Infer<OpOf<'category-encoding'>> = ({ tokens, oneHot }, [input]) => {
  if (!input) return UNKNOWN;
  const each = oneHot && input.at(-1) !== 1;
  return without([...(each ? input : input.slice(0, -1)), tokens ?? NaN]);
};
