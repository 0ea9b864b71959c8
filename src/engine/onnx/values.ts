import type { OnnxFile } from 'tfjs-backend-onnxruntime';

/** A value of the file. Images and series come channels last, as the model has them, or channels first, as ONNX computes them. */
export interface Value {
  readonly name: string;
  /** Number of axes, batch included. */
  readonly rank: number;
  readonly order: 'last' | 'first';
}

/** A part of a model that has no counterpart in the file, in words that follow the name of a layer. */
export class NoOperator extends Error {}

/** Brings the channels of a value to the end. */
export function channelsLast(file: OnnxFile, value: Value): Value {
  if (value.order === 'last') return value;
  const perm = [0, ...Array.from({ length: value.rank - 2 }, (_, i) => i + 2), 1];
  return { ...value, order: 'last', name: file.node('Transpose', [value.name], { perm }, `${value.name}_last`) };
}

/** Brings the channels of an image, a volume or a series before its positions. */
export function channelsFirst(file: OnnxFile, value: Value): Value {
  if (value.order === 'first') return value;
  if (value.rank < 3) throw new NoOperator('takes neither an image nor a series');
  const perm = [0, value.rank - 1, ...Array.from({ length: value.rank - 2 }, (_, i) => i + 1)];
  return { ...value, order: 'first', name: file.node('Transpose', [value.name], { perm }, `${value.name}_first`) };
}

/** Adds a list of 64-bit integers: a shape, pads. */
export const integers = (file: OnnxFile, name: string, values: readonly number[]): string =>
  file.constant(name, 'int64', [values.length], BigInt64Array.from(values, BigInt));

/** Adds a scalar. */
export const scalar = (file: OnnxFile, name: string, value: number): string =>
  file.constant(name, 'float32', [], Float32Array.of(value));
