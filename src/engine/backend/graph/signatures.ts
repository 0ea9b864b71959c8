import type { Operation } from './operations';
import type { Value } from './value';

const numbers = new Map<string, number>();

/** The number of a node's structure: equal for equal operations on inputs of equal types and shapes. */
export function signatureOf(
  operation: Operation,
  inputs: readonly Value[],
  inputShapes: readonly (readonly number[])[],
  shape: readonly number[],
  dtype: string,
): number {
  let text = `${operation.kind}${JSON.stringify(operation.attributes)}${dtype}[${shape.join()}]`;
  for (let i = 0; i < inputs.length; i++) text += `${inputs[i]!.dtype}[${inputShapes[i]!.join()}]`;
  let number = numbers.get(text);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(text, number);
  }
  return number;
}
