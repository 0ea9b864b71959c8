import type { CallInput } from '../../edges';
import { Unsupported, type PlainLayer } from './configs';

/**
 * Returns the inputs of a call; recurrent layers take their state after their input.
 * @throws Unsupported where something else is passed by its name
 */
export function placesOf(layer: string, type: string, inputs: readonly CallInput[]): readonly CallInput[] {
  const recurrent = /^(SimpleRNN|LSTM|GRU|GRUResetAfter)$/.test(type);
  const strange = inputs.find(
    ({ keyword }) => keyword !== undefined && !(recurrent && keyword === 'initial_state'),
  )?.keyword;
  if (strange === undefined) return inputs;
  throw new Unsupported(
    `The layer "${layer}" takes its "${strange}" from another layer, which TensorFlow.js does not know`,
  );
}

/** Arguments that change what a layer computes, with the types that know them. */
const FLAGS: Readonly<Record<string, RegExp>> = {
  use_causal_mask: /^(MultiHeadAttention|Attention|AdditiveAttention)$/,
  return_attention_scores: /^$/,
  training: /^$/,
};

/**
 * A layer with the arguments of its calls among its settings.
 * @param calls for each call the arguments that are set to true
 * @throws Unsupported where the layer does not know one, or its calls differ
 */
export function withFlags(plain: PlainLayer, name: string, calls: readonly (readonly string[])[]): PlainLayer {
  const told = Object.keys(FLAGS).filter((flag) => calls.some((flags) => flags.includes(flag)));
  for (const flag of told) {
    if (!FLAGS[flag]!.test(plain.type))
      throw new Unsupported(`The layer "${name}" is called with ${flag}, which TensorFlow.js does not know`);
    if (!calls.every((flags) => flags.includes(flag)))
      throw new Unsupported(`The layer "${name}" is called with ${flag} once, and once without`);
  }
  return { ...plain, config: { ...plain.config, ...Object.fromEntries(told.map((flag) => [flag, true])) } };
}
