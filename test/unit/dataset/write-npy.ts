import { zipSync } from 'fflate';

/** Numbers and their shape. */
export interface Written {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Writes a .npy file, as NumPy does. */
export function npyFile({ values, shape }: Written): Uint8Array {
  const descr = values instanceof Float32Array ? '<f4' : '<i4';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Header and magic are a multiple of 64 bytes together.
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/** Writes an .npz file. */
export const npzFile = (arrays: Readonly<Record<string, Written>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, npyFile(array)])));
