import fc from 'fast-check';
import type { Tensor, Tensors } from '../../../src/engine/checkpoint/types';

const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const sizeOf = (sizes: readonly number[]) => sizes.reduce((all, one) => all * one, 1);

const values = (name: string): fc.Arbitrary<Tensor> =>
  shape.chain((sizes) => {
    const length = { minLength: sizeOf(sizes), maxLength: sizeOf(sizes) };
    const twice = { minLength: 2 * sizeOf(sizes), maxLength: 2 * sizeOf(sizes) };
    return fc.oneof(
      fc.float32Array(length).map((data): Tensor => ({ name, shape: sizes, dtype: 'float32', data })),
      fc.int32Array(length).map((data): Tensor => ({ name, shape: sizes, dtype: 'int32', data })),
      fc.uint8Array({ ...length, max: 1 }).map((data): Tensor => ({ name, shape: sizes, dtype: 'bool', data })),
      fc.float32Array(twice).map((data): Tensor => ({ name, shape: sizes, dtype: 'complex64', data })),
      fc
        .array(fc.string({ unit: 'grapheme', maxLength: 6 }), length)
        .map((words): Tensor => ({ name, shape: sizes, dtype: 'string', data: storedStrings(words) })),
    );
  });

/** Strings as TensorFlow.js stores them: each after its length in 4 bytes. */
export function storedStrings(words: readonly string[]): Uint8Array {
  return Uint8Array.from(
    words.flatMap((word) => {
      const bytes = [...Buffer.from(word)];
      return [...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes];
    }),
  );
}

/** Any tensors under different names. */
export const anyTensors: fc.Arbitrary<Tensors> = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 6 })
  .chain((names) => fc.tuple(...names.map(values)))
  .map((tensors) => new Map(tensors.map((tensor) => [tensor.name, tensor])));
