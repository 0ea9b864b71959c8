import type { Progress } from '../../protocol/measure';
import { ProgressMeter } from '../progress-meter';
import { inThreads } from '../thread-job';
import { Hashes, ReadingResult, readingSteps, type ReadingJob } from './reading-job';
import type { Shard, StoredTensor } from './stored-place';
import { inParts } from './stored-tensor';
import { joinSurveys, type Survey } from './survey';

/** Hears how a checkpoint is read. */
export interface ReadListener {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Hashes and surveys of large weights. */
export interface Reading {
  readonly hashes: Hashes;
  readonly surveys: readonly Survey[];
}

/**
 * Hashes shards and surveys their tensors, in threads, each byte twice at the same time; in sources, in this thread.
 * Surveys do not depend on the number of threads.
 * @throws UserError where a file has changed, CancelledError
 */
export async function readLarge(
  groups: readonly Shard[][],
  tensors: readonly StoredTensor[],
  { signal, onProgress }: ReadListener,
): Promise<Reading> {
  const bytes = groups.flat().reduce((sum, shard) => sum + shard.bytes, 0);
  const meter = new ProgressMeter('Reading the weights', bytes, 'bytes', onProgress);
  const divided = inParts(tensors);
  // The hash cannot be divided, so it begins first.
  const jobs: ReadingJob[] = [
    { kind: 'hash', groups: [...groups] },
    ...divided.map((parts): ReadingJob => ({ kind: 'survey', parts })),
  ];
  const work = { program: 'weights', jobs, steps: readingSteps, result: ReadingResult };
  const [hashes, ...found] = await inThreads(work, { signal, advance: (units) => void meter.advance(units) });
  const surveys = new Map(tensors.map((tensor): [StoredTensor, Survey[]] => [tensor, []]));
  divided.forEach((parts, i) => {
    const own = found[i];
    if (!Array.isArray(own)) throw new Error('a thread did another job than it was given');
    parts.forEach(({ tensor }, k) => surveys.get(tensor)!.push(own[k]!));
  });
  return { hashes: Hashes.parse(hashes), surveys: [...surveys.values()].map(joinSurveys) };
}
