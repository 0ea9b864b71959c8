import type { WeightEntry, WeightGroup } from '../../protocol/checkpoint';
import { UserError } from '../../protocol/errors';
import { count } from '../../protocol/format';
import { dequantize, storedBytes } from './dtype';
import type { Tensor, TensorData } from './types';

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

/** Returns the error for shards that hold more or fewer bytes than their tensors take. */
export function sizeMismatch(file: string, group: WeightGroup, held: number, needed: number): UserError {
  const names = quoted(group.paths);
  const size = held < needed ? 'too short' : 'too long';
  return new UserError(
    group.paths.length > 1
      ? `The weights files ${names} of ${file} are ${size} (${count(held)} bytes where ${count(needed)} are described): copy them again or convert the model again.`
      : `The weights file ${names} of ${file} is ${size} (${count(held)} bytes where ${count(needed)} are described): copy it again or convert the model again.`,
  );
}

/** Checks a manifest entry before any byte is read. Returns its problem, or undefined. */
export function entryProblem(entry: WeightEntry): string | undefined {
  const { quantization, dtype } = entry;
  if (!Number.isFinite(storedBytes(entry))) return 'has a shape that is too large';
  if (!quantization) return undefined;
  if (quantization.dtype === 'float16') {
    return dtype === 'float32' ? undefined : `is ${dtype} quantized to float16, which only float32 can be`;
  }
  if (dtype !== 'float32' && dtype !== 'int32') return `is ${dtype} and quantized, which only numbers can be`;
  if (quantization.scale === undefined || quantization.min === undefined) return 'is quantized without scale and min';
  return undefined;
}

/**
 * Reads the tensors of one group from the joined bytes of its shards; aligned float32 and int32 are not copied.
 * @throws UserError where bytes and manifest do not agree
 */
export function decodeGroup(file: string, group: WeightGroup, bytes: Uint8Array): Tensor[] {
  let offset = 0;
  const tensors = group.weights.map((entry): Tensor => {
    const length = entry.dtype === 'string' ? stringBytes(bytes, offset, entry) : storedBytes(entry);
    if (offset + length > bytes.byteLength) throw sizeMismatch(file, group, bytes.byteLength, offset + length);
    const data = decode(bytes.subarray(offset, offset + length), entry);
    offset += length;
    return { ...fieldsOf(entry), data };
  });
  if (offset !== bytes.byteLength) throw sizeMismatch(file, group, bytes.byteLength, offset);
  return tensors;
}

/** Returns the fields of a tensor that its entry in the manifest tells. */
export function fieldsOf(entry: WeightEntry): Omit<Tensor, 'data'> {
  const { name, shape, dtype, quantization, group, ...extra } = entry;
  return {
    name,
    shape,
    dtype,
    ...(quantization ? { quantization } : {}),
    ...(typeof group === 'string' ? { group } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** Reads values from stored bytes; aligned float32 and int32 are not copied. */
export function decode(bytes: Uint8Array, entry: WeightEntry): TensorData {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (entry.quantization) return dequantize(aligned, entry.dtype, entry.quantization);
  switch (entry.dtype) {
    case 'float32':
    case 'complex64':
      return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
    case 'int32':
      return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
    default:
      return bytes;
  }
}

/** Returns the bytes of strings, each of which follows its length in 4 bytes. */
export function stringBytes(bytes: Uint8Array, start: number, entry: WeightEntry): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = start;
  const strings = storedBytes(entry) / 4;
  for (let i = 0; i < strings; i++) {
    if (offset + 4 > bytes.byteLength) return offset + 4 - start;
    offset += 4 + view.getUint32(offset, true);
  }
  return offset - start;
}
