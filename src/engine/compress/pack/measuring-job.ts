import * as z from 'zod';
import { encodeCheckpoint } from '../../checkpoint/encode';
import { contentOf, packing, tensorsIn } from '../../checkpoint/packed/pack';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { measured } from './measured';

const isTensor = (value: unknown): value is Tensor =>
  value instanceof Object && 'data' in value && ArrayBuffer.isView(value.data);

/** A model to pack in memory: copied by the parent of a thread, and so as whole as it is there. */
export const PackingJob = z.object({
  model: z.custom<ModelContent>(
    (value) =>
      value instanceof Object &&
      'tensors' in value &&
      value.tensors instanceof Map &&
      [...value.tensors.values()].every(isTensor),
  ),
  /** Computes ideal bits too. */
  ideal: z.boolean(),
});
export type PackingJob = z.infer<typeof PackingJob>;

const Sizes = z.object({ bytes: z.number(), unpackedBytes: z.number(), textBits: z.number() });

/** What a packed model takes, see `MeasuredPacking`; without ideal bits, what each tensor takes packed. */
export const PackingResult = z.union([
  Sizes.extend({
    tensors: z.map(
      z.string(),
      z.object({ packed: z.number(), ideal: z.number(), values: z.union([z.number(), z.undefined()]) }),
    ),
  }),
  z.object({ textBits: z.number(), tensorBits: z.map(z.string(), z.number()) }),
]);
export type PackingResult = z.infer<typeof PackingResult>;

/** Packs a tensor each time that it is asked for the next; returns the sizes. About a second for 6 million bytes of floats. */
export function* packingSteps({ model, ideal }: PackingJob): Generator<void, PackingResult> {
  const encoded = encodeCheckpoint(model);
  const content = contentOf(model, encoded);
  const packed = yield* packing(content, tensorsIn(content, encoded.weights));
  if (!ideal) return { textBits: packed.textBits, tensorBits: new Map(packed.tensorBits) };
  const { tensors, ...sizes } = measured(model, packed, encoded);
  return { ...sizes, tensors: new Map(tensors) };
}
