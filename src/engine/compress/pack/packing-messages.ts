import * as z from 'zod';
import type { ModelContent, Tensor } from '../../checkpoint/types';

const isTensor = (value: unknown): value is Tensor =>
  value instanceof Object && 'data' in value && ArrayBuffer.isView(value.data);

/** A model that a thread packs: copied by its parent, and so as whole as it is there. */
export const PackingOrder = z.custom<ModelContent>(
  (value) =>
    value instanceof Object &&
    'tensors' in value &&
    value.tensors instanceof Map &&
    [...value.tensors.values()].every(isTensor),
);

/** Its sizes, see `MeasuredPacking`. */
export const PackingReply = z.object({
  bytes: z.number(),
  unpackedBytes: z.number(),
  textBits: z.number(),
  tensors: z.map(
    z.string(),
    z.object({ packed: z.number(), ideal: z.number(), values: z.union([z.number(), z.undefined()]) }),
  ),
});
