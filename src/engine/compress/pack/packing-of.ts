import { CancelledError } from '../../../protocol/errors';
import { Packing } from '../../../protocol/measure/packing';
import { isPackedCheckpoint } from '../../checkpoint/read';
import { lasting, type Session } from '../../checkpoint/store';
import type { Checkpoint, ModelContent } from '../../checkpoint/types';
import { estimatedPacking, isLarge } from './estimate';
import { measuredInThread } from './in-thread';
import { packingByLayer } from './sizes';

/**
 * Measures an open model in a packed file, once a session; estimates large ones.
 * @param exact measures them too
 * @throws CancelledError
 */
export async function sessionPacking(session: Session, signal: AbortSignal, exact = false): Promise<Packing> {
  const { checkpoint } = session;
  for (;;) {
    try {
      return await lasting(session, exact ? 'packing-exact' : 'packing', Packing, () =>
        packingOf(checkpoint, { signal, estimate: !exact }),
      );
    } catch (error) {
      // Another request was cancelled while this one waited for its measurement.
      if (!(error instanceof CancelledError) || signal.aborted) throw error;
    }
  }
}

/** Options of measuring a checkpoint in a packed file. */
export interface PackingOptions {
  readonly signal?: AbortSignal;
  /** Packs samples of large weights. */
  readonly estimate?: boolean;
}

/** Measures a checkpoint in a packed file, or as one. @throws CancelledError */
export async function packingOf(
  checkpoint: Checkpoint,
  { signal, estimate = false }: PackingOptions = {},
): Promise<Packing> {
  if (isPackedCheckpoint(checkpoint)) {
    const sizes = await measuredInThread(checkpoint, signal);
    return packingByLayer(checkpoint, { ...sizes, bytes: checkpoint.files[0]!.bytes });
  }
  return estimate
    ? packingOfModel(checkpoint, signal)
    : packingByLayer(checkpoint, await measuredInThread(checkpoint, signal));
}

/** Measures a model as a packed file; estimates that of a large one. @throws CancelledError */
export async function packingOfModel(model: ModelContent, signal?: AbortSignal): Promise<Packing> {
  if (!isLarge(model)) return packingByLayer(model, await measuredInThread(model, signal));
  return { ...packingByLayer(model, await estimatedPacking(model, signal)), estimated: true };
}
