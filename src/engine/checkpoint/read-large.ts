import { availableParallelism } from 'node:os';
import type * as z from 'zod';
import type { Progress } from '../../protocol/measure';
import { pauseUnless } from '../pause';
import { ProgressMeter } from '../progress-meter';
import { inThread, type JobListener } from '../thread-job';
import { threadProgram } from '../thread-program';
import { Hashes, readingSteps, Surveys, type ReadingJob } from './reading-job';
import type { Shard } from './shard-reader';
import type { StoredTensor } from './stored-tensor';
import type { Survey } from './survey';

/** Hears how a checkpoint is read. */
export interface ReadListener {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Threads beside that which hashes; more would wait for memory. */
const MOST_SURVEYORS = 4;

/**
 * Hashes shards and surveys their tensors, in threads, each byte twice at the same time; in sources, in this thread.
 * @throws UserError where a file has changed, CancelledError
 */
export async function readLarge(
  groups: readonly Shard[][],
  tensors: readonly StoredTensor[],
  { signal, onProgress }: ReadListener,
): Promise<{ readonly hashes: Hashes; readonly surveys: readonly Survey[] }> {
  const bytes = groups.flat().reduce((sum, shard) => sum + shard.bytes, 0);
  const meter = new ProgressMeter('Reading the weights', bytes, 'bytes', onProgress);
  const listener: JobListener = { signal };
  const hashing = perform({ kind: 'hash', groups: [...groups] }, Hashes, {
    ...listener,
    advance: (units) => void meter.advance(units),
  });
  const parts = shared(tensors, Math.max(1, Math.min(MOST_SURVEYORS, availableParallelism() - 1)));
  const surveying = parts.map((part) =>
    perform({ kind: 'survey', tensors: part.map((place) => tensors[place]!) }, Surveys, listener),
  );
  const [hashes, ...found] = await Promise.all([hashing, ...surveying]);
  const surveys = new Array<Survey>(tensors.length);
  parts.forEach((part, i) => part.forEach((place, k) => (surveys[place] = found[i]![k]!)));
  return { hashes, surveys };
}

async function perform<T>(job: ReadingJob, result: z.ZodType<T>, listener: JobListener): Promise<T> {
  const program = threadProgram('weights');
  if (program !== undefined) return inThread(program, job, result, listener);
  const steps = readingSteps(job, (units) => listener.advance?.(units));
  for (;;) {
    const { done, value } = steps.next();
    if (done) return result.parse(value);
    await pauseUnless(listener.signal);
  }
}

/** Divides tensors among threads, the largest first; returns their places. */
function shared(tensors: readonly StoredTensor[], threads: number): number[][] {
  const parts = Array.from({ length: threads }, () => ({ places: [] as number[], values: 0 }));
  const sizes = tensors.map(({ entry }) => entry.shape.reduce((product, size) => product * size, 1));
  for (const place of [...tensors.keys()].sort((a, b) => sizes[b]! - sizes[a]!)) {
    const least = parts.reduce((one, other) => (other.values < one.values ? other : one));
    least.places.push(place);
    least.values += sizes[place]!;
  }
  return parts.map(({ places }) => places).filter((places) => places.length > 0);
}
