import { numberOf, stringOf } from '../topology-json';
import { UNKNOWN, without, type Infer } from './infer';

/** Pictures of the size that is set, in every batch. */
const resized: Infer = ({ config, inputs: [input] }) => {
  if (!input || input.length < 3) return UNKNOWN;
  const size = [numberOf(config['height'], NaN), numberOf(config['width'], NaN)];
  return without([...input.slice(0, -3), ...size, input.at(-1) ?? null]);
};

/** A side is drawn anew for each batch while a model trains. */
const drawn =
  (axis: number): Infer =>
  ({ inputs: [input] }) =>
    input && input.length >= 3 ? without(input.with(axis, null)) : UNKNOWN;

const categories: Infer = ({ config, inputs: [input] }) => {
  if (!input) return UNKNOWN;
  const tokens = numberOf(config['num_tokens'], NaN);
  const each = /^one_?hot$/i.test(stringOf(config['output_mode']) ?? '') && input.at(-1) !== 1;
  return without([...(each ? input : input.slice(0, -1)), tokens]);
};

/** Layers that prepare data, by class name. */
export const preprocessings: Record<string, Infer> = {
  Resizing: resized,
  CenterCrop: resized,
  RandomHeight: drawn(-3),
  RandomWidth: drawn(-2),
  CategoryEncoding: categories,
};
