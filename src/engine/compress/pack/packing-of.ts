import { CancelledError } from '../../../protocol/errors';
import type { Packing } from '../../../protocol/measure/packing';
import { isPackedCheckpoint } from '../../checkpoint/read';
import type { Session } from '../../checkpoint/store';
import type { Checkpoint } from '../../checkpoint/types';
import { measuredInThread } from './in-thread';
import { packingByLayer } from './sizes';

/** Measures an open model in a packed file, once a session. @throws CancelledError */
export async function sessionPacking(session: Session, signal: AbortSignal): Promise<Packing> {
  for (;;) {
    try {
      return await session.memo('packing', () => packingOf(session.checkpoint, signal));
    } catch (error) {
      // Another request was cancelled while this one waited for its measurement.
      if (!(error instanceof CancelledError) || signal.aborted) throw error;
    }
  }
}

/** Measures a checkpoint in a packed file, or as one. @throws CancelledError */
export async function packingOf(checkpoint: Checkpoint, signal?: AbortSignal): Promise<Packing> {
  const sizes = await measuredInThread(checkpoint, signal);
  const bytes = isPackedCheckpoint(checkpoint) ? checkpoint.files[0]?.bytes : undefined;
  return packingByLayer(checkpoint, { ...sizes, ...(bytes === undefined ? {} : { bytes }) });
}
