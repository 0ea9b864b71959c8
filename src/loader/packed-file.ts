import { CHECKSUM, EXPANSION, HEAD, TEXT_ALLOWED, TEXT_EXPANSION, TEXT_UNIT } from './head';
import { refuse } from './refuse';
import { primedModel } from './primed-model';
import { rangeDecoder } from './range-decoder';
import { readText } from './text-model';
import { weightsDecoder } from './weights-decoder';

/** A tensor in the manifest of a model: all that its bytes depend on. */
export interface PackedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly quantization?: { readonly dtype: string } | undefined;
}

/** A packed file of which the texts are decoded, and the weights not yet. */
export interface Opened {
  /** model.json and a 0; then each companion: its name, a 0, its length in decimal digits, a 0, its bytes. */
  readonly text: Uint8Array<ArrayBuffer>;
  /**
   * Decodes the weights; once.
   * @param tensors the tensors of the manifest, in order
   * @returns the bytes of a weights file of TensorFlow.js
   * @throws Error where they take other bytes than the file declares, or are not those that were packed
   */
  readonly weightsOf: (tensors: readonly PackedTensor[]) => Uint8Array<ArrayBuffer>;
}

/** Opens a packed file. Its SHA-256 is not checked, but weights are. @throws Error */
export function openPacked(bytes: Uint8Array): Opened {
  if (HEAD.some((byte, i) => bytes[i] !== byte)) refuse('No packed file of version 1.');
  const coder = rangeDecoder(bytes, HEAD.length, bytes.length - CHECKSUM);
  const { parameter, tensor } = weightsDecoder(coder);
  const textBytes = parameter();
  const weightBytes = parameter();
  if (weightBytes > bytes.length * EXPANSION) refuse();
  if (textBytes > TEXT_ALLOWED && (textBytes % TEXT_UNIT || textBytes > bytes.length * TEXT_EXPANSION)) refuse();
  return {
    text: readText(coder, primedModel(textBytes), textBytes),
    weightsOf: (tensors) => {
      const all = new Uint8Array(weightBytes);
      let at = 0;
      for (const one of tensors) {
        const [size, mantissa] = formatOf(one);
        // Texts and complex numbers are bytes: how many is said there.
        const shape = /^[sc]/.test(one.dtype) ? [parameter()] : one.shape;
        const count = shape.reduce((product, axis) => product * axis, 1);
        if (!(at + count * size <= weightBytes)) refuse();
        const Kind = size < 2 ? Uint8Array : size < 4 ? Uint16Array : Uint32Array;
        // Decoded in place where the address allows that.
        const words = at % size ? new Kind(count) : new Kind(all.buffer, at, count);
        tensor(words, mantissa);
        if (at % size) all.set(new Uint8Array(words.buffer), at);
        at += count * size;
      }
      if (at < weightBytes || coder.raw(31) !== checkOf(all) >>> 1) refuse();
      return all;
    },
  };
}

/** Formats of numbers as they are stored; all others are bytes. */
const FORMATS: Readonly<Record<string, readonly [size: number, mantissa: number] | undefined>> = {
  float32: [4, 23],
  float16: [2, 10],
  int32: [4, 0],
  uint16: [2, 0],
};

/** Returns bytes of a number as it is stored, and bits of its mantissa, 0 for whole numbers. */
export const formatOf = ({ dtype, quantization }: PackedTensor): readonly [size: number, mantissa: number] =>
  FORMATS[quantization?.dtype ?? dtype] ?? [1, 0];

/** The checksum before the first byte. */
export const CHECK_START = 1;

/** Returns a checksum of decoded bytes: the upper 31 bits count. @param hash that of the bytes before */
export function checkOf(bytes: Uint8Array, hash = CHECK_START): number {
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}
