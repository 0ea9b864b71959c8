import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ShardReader } from './shard-reader';
import { Shard, StoredPart } from './stored-place';
import { storedPieces } from './stored-tensor';
import { storedWidth } from './stored-values';
import { surveyPieces, type Survey } from './survey';

/** Work on large weights when a checkpoint is opened: their hashes, or surveys of some parts of tensors. */
export const ReadingJob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hash'), groups: z.array(z.array(Shard)) }),
  z.object({ kind: z.literal('survey'), parts: z.array(StoredPart) }),
]);
export type ReadingJob = z.infer<typeof ReadingJob>;

/** SHA-256 of all groups together, and of each by itself, hex. */
export const Hashes = z.object({ all: z.string(), groups: z.array(z.string()) });
export type Hashes = z.infer<typeof Hashes>;

const isSurvey = (value: unknown): value is Survey =>
  value instanceof Object && 'nonzero' in value && typeof value.nonzero === 'number';

/** Hashes, or a survey for each part of the job. */
export const ReadingResult = z.union([Hashes, z.array(z.custom<Survey>(isSurvey))]);
export type ReadingResult = z.infer<typeof ReadingResult>;

/** Bytes that are hashed at a time. */
const HASHED = 4 * 1024 * 1024;

/**
 * Does a part of a job each time that it is asked for the next; returns the result.
 * @param advance hears of bytes that were surveyed
 * @throws UserError
 */
export function* readingSteps(job: ReadingJob, advance: (bytes: number) => void): Generator<void, ReadingResult> {
  if (job.kind === 'hash') return yield* hashed(job.groups);
  const surveys: Survey[] = [];
  for (const part of job.parts) {
    const width = storedWidth(part.tensor.entry);
    surveys.push(
      surveyPieces(
        part.tensor.entry.dtype,
        storedPieces(part, (values) => advance(width * values)),
      ),
    );
    yield;
  }
  return surveys;
}

function* hashed(groups: readonly Shard[][]): Generator<void, Hashes> {
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
      yield;
    }
    if (own !== all) each.push(own.digest('hex'));
  }
  const digest = all.digest('hex');
  return { all: digest, groups: groups.length === 1 ? [digest] : each };
}
