import { UserError } from '../../../../protocol/errors';
import type { Numbers } from '../../values';
import { halfToNumber } from './half';

/** An array as NumPy saves it, in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly numbers: Numbers;
}

/** Layout of the numbers of a type. */
interface NumberType {
  readonly bytes: number;
  make(count: number): Numbers;
  read(view: DataView, at: number, little: boolean): number | bigint;
}

const typed = (
  bytes: number,
  make: (count: number) => Numbers,
  read: (view: DataView, at: number, little: boolean) => number | bigint,
): NumberType => ({ bytes, make, read });

/** By kind and size, as `descr` writes them after the byte order. */
const TYPES: ReadonlyMap<string, NumberType> = new Map([
  ['b1', typed(1, (n) => new Uint8Array(n), (view, at) => view.getUint8(at))],
  ['u1', typed(1, (n) => new Uint8Array(n), (view, at) => view.getUint8(at))],
  ['i1', typed(1, (n) => new Int8Array(n), (view, at) => view.getInt8(at))],
  ['u2', typed(2, (n) => new Uint16Array(n), (view, at, little) => view.getUint16(at, little))],
  ['i2', typed(2, (n) => new Int16Array(n), (view, at, little) => view.getInt16(at, little))],
  ['u4', typed(4, (n) => new Uint32Array(n), (view, at, little) => view.getUint32(at, little))],
  ['i4', typed(4, (n) => new Int32Array(n), (view, at, little) => view.getInt32(at, little))],
  ['u8', typed(8, (n) => new Float64Array(n), (view, at, little) => Number(view.getBigUint64(at, little)))],
  ['i8', typed(8, (n) => new BigInt64Array(n), (view, at, little) => view.getBigInt64(at, little))],
  ['f2', typed(2, (n) => new Float32Array(n), (view, at, little) => halfToNumber(view.getUint16(at, little)))],
  ['f4', typed(4, (n) => new Float32Array(n), (view, at, little) => view.getFloat32(at, little))],
  ['f8', typed(8, (n) => new Float64Array(n), (view, at, little) => view.getFloat64(at, little))],
]); // prettier-ignore

/** The header of a file. */
interface Header {
  readonly type: NumberType;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Offset of the numbers. */
  readonly start: number;
}

/** Limit of the dimensions of an array. */
const MOST_RANK = 8;

/** Returns true for the first bytes of a .npy file. */
export const isNpy = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(6, bytes.byteLength)).toString('latin1') === '\x93NUMPY';

/**
 * Reads a .npy file of any version, byte order and axis order.
 * @param name for messages
 * @throws UserError
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  const { type, little, fortran, shape, start } = headerOf(bytes, name);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - start !== count * type.bytes)
    throw new UserError(
      `The array ${name} is ${bytes.length - start < count * type.bytes ? 'cut short' : 'too long'}: its header announces ${count * type.bytes} bytes of shape ${shapeText(shape)}, and ${bytes.length - start} follow.`,
    );
  const numbers = decoded(new DataView(bytes.buffer, bytes.byteOffset + start), type, little, count);
  return { shape, numbers: fortran && shape.length > 1 ? inOrderC(numbers, shape, type) : numbers };
}

/** `(60000, 28, 28)` */
const shapeText = (shape: readonly number[]): string => `(${shape.join(', ')})`;

function headerOf(bytes: Uint8Array, name: string): Header {
  if (!isNpy(bytes) || bytes.length < 12)
    throw new UserError(`The array ${name} is no NPY data: write it with numpy.save or numpy.savez.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [length, from] = bytes[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const start = from + length;
  const text = Buffer.from(bytes.subarray(from, Math.min(start, from + 65536))).toString('utf8');
  const descr = /'descr':\s*'([<>|=]?)(\w+)'/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const sizes = /'shape':\s*\(([\d,\sL]*)\)/.exec(text);
  if (!order || !sizes || start > bytes.length)
    throw new UserError(`The array ${name} has a damaged header: write it again with numpy.save.`);
  const type = TYPES.get(descr?.[2] ?? '');
  if (!type)
    throw new UserError(
      `The array ${name} holds no numbers that are read (${descr?.[2] ?? 'several fields or Python objects'}): convert it to integers or floats.`,
    );
  const shape = (sizes[1]!.match(/\d+/g) ?? []).map(Number);
  if (shape.length > MOST_RANK)
    throw new UserError(`The array ${name} has ${shape.length} dimensions, more than the ${MOST_RANK} that are read.`);
  return { type, little: descr![1] !== '>', fortran: order[1] === 'True', shape, start };
}

function decoded(view: DataView, type: NumberType, little: boolean, count: number): Numbers {
  const numbers = type.make(count);
  if (numbers instanceof Uint8Array) {
    numbers.set(new Uint8Array(view.buffer, view.byteOffset, count));
    return numbers;
  }
  for (let i = 0; i < count; i++) numbers[i] = type.read(view, i * type.bytes, little);
  return numbers;
}

/** Reorders an array whose first axis runs fastest, so that the last axis does. */
function inOrderC(numbers: Numbers, shape: readonly number[], type: NumberType): Numbers {
  const out = type.make(numbers.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < numbers.length; to++) {
    out[to] = numbers[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
