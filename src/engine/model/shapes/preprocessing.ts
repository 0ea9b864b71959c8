import type { OpOf } from '../op/op';
import { UNKNOWN, without, type Infer } from './infer';

/** Resizes images to the size in the settings. */
export const resized: Infer<OpOf<'resize'>> = ({ height, width }, [input]) => {
  if (!input || input.length < 3) return UNKNOWN;
  return without([...input.slice(0, -3), height ?? NaN, width ?? NaN, input.at(-1) ?? null]);
};

/** Leaves a side open that may be random for each batch while a model trains. */
export const augmented: Infer<OpOf<'augment'>> = ({ open }, [input]) => {
  if (!input) return UNKNOWN;
  if (open === undefined) return without([...input]);
  return input.length >= 3 ? without(input.with(open, null)) : UNKNOWN;
};

/** Encodes tokens as counts of each token, or as one row for each. */
export const categories: Infer<OpOf<'category-encoding'>> = ({ tokens, oneHot }, [input]) => {
  if (!input) return UNKNOWN;
  const each = oneHot && input.at(-1) !== 1;
  return without([...(each ? input : input.slice(0, -1)), tokens ?? NaN]);
};
