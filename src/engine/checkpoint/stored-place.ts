import * as z from 'zod';
import { WeightEntry } from '../../protocol/checkpoint';

/** A file with weights as it was when the checkpoint was opened. */
export const Shard = z.object({ path: z.string(), bytes: z.number(), stamp: z.string() });
export type Shard = z.infer<typeof Shard>;

/** A tensor by its place in shards, as threads hear of it. */
export const StoredTensor = z.object({ shards: z.array(Shard), entry: WeightEntry, offset: z.number() });
export type StoredTensor = z.infer<typeof StoredTensor>;

/** Some values of a stored tensor, by their places. */
export const StoredPart = z.object({ tensor: StoredTensor, start: z.number(), end: z.number() });
export type StoredPart = z.infer<typeof StoredPart>;
