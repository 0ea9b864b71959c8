import * as z from 'zod';
import type { SlotState } from '../../train/slot';

/** Moments and shadow of the largest weights that can be opened, 2 GiB, fit into this. */
const MOST_BYTES = 6 * 1024 ** 3;

/** The part of a moments file that belongs to one weight. */
export const Slot = z.object({
  name: z.string(),
  length: z.number().int().nonnegative(),
  /** True where the slot has a mask, and a shadow. */
  masked: z.boolean().default(false),
  shadowed: z.boolean().default(false),
  /** Number of elements of the mask where it is another than that of the moments. */
  maskLength: z.number().int().nonnegative().optional(),
});
export type Slot = z.infer<typeof Slot>;

/** Describes the part of a slot in the file. */
export const describeSlot = ({ name, m, mask, shadow }: SlotState): Slot => ({
  name,
  length: m.length,
  masked: mask !== undefined,
  shadowed: shadow !== undefined,
  ...(mask && mask.length !== m.length ? { maskLength: mask.length } : {}),
});

const maskBytes = ({ length, masked, maskLength = length }: Slot): number => (masked ? maskLength : 0);

/**
 * Encodes moments and shadow of each slot, first moment before second, float32 little-endian; then the masks, one byte
 * per weight.
 */
export function bytesOfSlots(slots: readonly SlotState[]): Buffer {
  return Buffer.concat([
    ...slots.flatMap(({ m, v, shadow }) => [m, v, ...(shadow ? [shadow] : [])].map(bytesOf)),
    ...slots.flatMap(({ mask }) => (mask ? [mask] : [])),
  ]);
}

/** Counts the bytes of the floats of all slots, and of everything. */
function sizesOf(slots: readonly Slot[]): { floats: number; all: number } {
  const floats = slots.reduce((sum, { length, shadowed }) => sum + (shadowed ? 12 : 8) * length, 0);
  return { floats, all: slots.reduce((sum, slot) => sum + maskBytes(slot), floats) };
}

/** Returns the most bytes of a file with these slots. */
export const mostBytes = (slots: readonly Slot[]): number => Math.min(sizesOf(slots).all, MOST_BYTES);

/** Inverts `bytesOfSlots`; undefined where the number of bytes does not fit the slots. */
export function slotsOf(slots: readonly Slot[], bytes: Buffer): SlotState[] | undefined {
  const { floats: floatBytes, all } = sizesOf(slots);
  if (bytes.length !== all) return undefined;
  // A copy, so that every view starts at a multiple of 4.
  const floats = new Float32Array(Uint8Array.from(bytes.subarray(0, floatBytes)).buffer);
  let [at, atMask] = [0, floatBytes];
  const take = (length: number): Float32Array => floats.slice(at, (at += length));
  const takeMask = (length: number): Uint8Array => Uint8Array.from(bytes.subarray(atMask, (atMask += length)));
  return slots.map((slot) => ({
    name: slot.name,
    m: take(slot.length),
    v: take(slot.length),
    ...(slot.shadowed ? { shadow: take(slot.length) } : {}),
    ...(slot.masked ? { mask: takeMask(maskBytes(slot)) } : {}),
  }));
}

const bytesOf = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
