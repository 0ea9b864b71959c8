import type { tf } from '../tf';
import type { Operation } from './operations';
import { sameShape } from './native-types';
import { typeText, type Value } from './value';

const numbers = new Map<string, number>();

/**
 * Returns a number for the structure of a node. Equal operations on inputs of equal types and shapes have the same
 * number.
 */
export function signatureOf(
  operation: Operation,
  inputs: readonly Value[],
  inputShapes: readonly (readonly number[])[],
  shape: readonly number[],
  dtype: tf.DataType,
): number {
  let text: string = operation.kind;
  for (const attribute of Object.values<string | number | boolean | object>(operation.attributes)) {
    text += typeof attribute === 'object' ? JSON.stringify(attribute) : `:${String(attribute)}`;
  }
  text += typeText(dtype, shape);
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    text += sameShape(input.shape, inputShapes[i]!) ? input.typeText : typeText(input.dtype, inputShapes[i]!);
  }
  let number = numbers.get(text);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(text, number);
  }
  return number;
}
