import type { ModelContent } from '../../checkpoint/types';
import { inThreads } from '../../thread-job';
import type { MeasuredPacking } from './measured';
import { PackingResult, packingSteps, type PackingJob } from './measuring-job';

/**
 * Measures a model in a packed file in a thread, so that this one answers meanwhile; in sources, without a thread.
 * @throws CancelledError
 */
export async function measuredInThread(model: ModelContent, signal?: AbortSignal): Promise<MeasuredPacking> {
  const found = await packed({ model, ideal: true }, signal);
  if (!('tensors' in found)) throw new Error('a thread left ideal bits out');
  return found;
}

/** Returns the bits of the text of a packed file, and those of each tensor by its name. @throws CancelledError */
export async function bitsInThread(
  model: ModelContent,
  signal?: AbortSignal,
): Promise<{ textBits: number; tensorBits: ReadonlyMap<string, number> }> {
  const found = await packed({ model, ideal: false }, signal);
  if ('tensors' in found) throw new Error('a thread did another job than it was given');
  return found;
}

async function packed(job: PackingJob, signal?: AbortSignal): Promise<PackingResult> {
  const work = { program: 'packing', jobs: [job], steps: packingSteps, result: PackingResult };
  const [found] = await inThreads(work, { signal });
  return found!;
}
