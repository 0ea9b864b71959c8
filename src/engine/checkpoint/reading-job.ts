import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Shard, ShardReader } from './shard-reader';
import { StoredTensor, storedPieces } from './stored-tensor';
import { surveyPieces, type Survey } from './survey';

/** What is read of large weights when a checkpoint is opened. */
export const ReadingJob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hash'), groups: z.array(z.array(Shard)) }),
  z.object({ kind: z.literal('survey'), tensors: z.array(StoredTensor) }),
]);
export type ReadingJob = z.infer<typeof ReadingJob>;

/** SHA-256 of all groups together, and of each by itself, hex. */
export const Hashes = z.object({ all: z.string(), groups: z.array(z.string()) });
export type Hashes = z.infer<typeof Hashes>;

/** A survey for each tensor of the job. */
export const Surveys = z.array(
  z.custom<Survey>((value) => value instanceof Object && 'nonzero' in value && typeof value.nonzero === 'number'),
);

/** Bytes that are hashed at a time. */
const HASHED = 4 * 1024 * 1024;

/** Does a part of a job each time that it is asked for the next; returns the result. @throws UserError */
export function* readingSteps(job: ReadingJob, advance: (bytes: number) => void): Generator<void, Hashes | Survey[]> {
  if (job.kind === 'hash') return yield* hashed(job.groups, advance);
  const surveys: Survey[] = [];
  for (const tensor of job.tensors) {
    surveys.push(
      surveyPieces(
        tensor.entry.dtype,
        storedPieces(tensor, (values) => advance(4 * values)),
      ),
    );
    yield;
  }
  return surveys;
}

function* hashed(groups: readonly Shard[][], advance: (bytes: number) => void): Generator<void, Hashes> {
  const all = createHash('sha256');
  const each: string[] = [];
  const room = new Uint8Array(HASHED);
  for (const shards of groups) {
    // One group, as nearly all checkpoints have, is hashed once.
    const own = groups.length === 1 ? all : createHash('sha256');
    const reader = new ShardReader(shards);
    const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    for (let offset = 0; offset < bytes; offset += HASHED) {
      const part = room.subarray(0, Math.min(HASHED, bytes - offset));
      reader.read(offset, part);
      all.update(part);
      if (own !== all) own.update(part);
      advance(part.byteLength);
      yield;
    }
    if (own !== all) each.push(own.digest('hex'));
  }
  const digest = all.digest('hex');
  return { all: digest, groups: groups.length === 1 ? [digest] : each };
}
