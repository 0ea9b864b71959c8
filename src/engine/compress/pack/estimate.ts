import { tensorBytes } from '../../checkpoint/tensor-bytes';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { fieldsAlone, valuesOf } from '../../checkpoint/values';
import { idealOf, type Ideal } from '../../measure/ideal-bits';
import { pauseUnless } from '../../pause';
import { bitsInThread } from './in-thread';
import type { MeasuredPacking } from './measured';

/** From so many bytes on a packed file is estimated: 32 MiB, five seconds of packing. */
const LARGE_BYTES = 32 * 1024 * 1024;
/** Numbers of a sample, in so many places of a tensor. */
const [SAMPLE, PLACES] = [16 * 1024, 4];

/** Returns true for a model whose packed file is estimated. */
export const isLarge = ({ tensors }: ModelContent): boolean =>
  [...tensors.values()].reduce((sum, tensor) => sum + tensorBytes(tensor), 0) >= LARGE_BYTES;

/**
 * Estimates a packed file: packs samples of large tensors, whole rows from places at equal distances, and takes each bit
 * as often as its sample is contained in its tensor. Ideal bits are exact.
 * @throws CancelledError
 */
export async function estimatedPacking(model: ModelContent, signal?: AbortSignal): Promise<MeasuredPacking> {
  const samples = new Map([...model.tensors].map(([name, tensor]) => [name, sampleOf(tensor)]));
  // Ideal bits are found while the thread packs.
  const packing = bitsInThread({ ...model, tensors: samples }, signal);
  packing.catch(() => undefined);
  const ideals = new Map<string, Ideal>();
  for (const [name, tensor] of model.tensors) {
    ideals.set(name, idealOf(tensor));
    await pauseUnless(signal);
  }
  const { textBits, tensorBits } = await packing;
  let [bits, unpackedBytes] = [textBits, 0];
  const tensors: MeasuredPacking['tensors'] = new Map(
    [...model.tensors].map(([name, tensor]) => {
      const times = valuesOf(tensor).length / Math.max(1, samples.get(name)!.data.length);
      const packed = (tensorBits.get(name) ?? 0) * times;
      bits += packed;
      unpackedBytes += tensorBytes(tensor);
      const { bits: ideal, values } = ideals.get(name)!;
      return [name, { packed, ideal, values }];
    }),
  );
  return { bytes: Math.ceil(bits / 8), unpackedBytes, textBits, tensors };
}

function sampleOf(tensor: Tensor): Tensor {
  const { shape, dtype } = tensor;
  const values = valuesOf(tensor);
  const row = shape.at(-1) ?? 1;
  const rows = Math.max(1, Math.floor(SAMPLE / PLACES / row));
  if (
    values.length <= SAMPLE ||
    PLACES * rows * row >= values.length ||
    !['float32', 'int32', 'uint8', 'bool'].includes(dtype)
  )
    return tensor;
  const all = values.length / row;
  const parts = Array.from({ length: PLACES }, (_, i) => {
    const start = Math.floor(((i + 0.5) * all) / PLACES - rows / 2) * row;
    return values.range(start, start + rows * row);
  });
  const data =
    dtype === 'float32'
      ? new Float32Array(PLACES * rows * row)
      : dtype === 'int32'
        ? new Int32Array(PLACES * rows * row)
        : new Uint8Array(PLACES * rows * row);
  parts.forEach((part, i) => data.set(part, i * rows * row));
  return { ...fieldsAlone(tensor), shape: [PLACES * rows, row], data };
}
