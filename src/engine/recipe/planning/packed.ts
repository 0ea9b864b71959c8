import { PACKED_UNASKED } from '../../../protocol/measure/packing';
import type { PlanBytes } from '../../../protocol/plan';
import type { Session } from '../../checkpoint/store';
import type { ModelContent } from '../../checkpoint/types';
import { measuredInThread } from '../../compress/pack/in-thread';
import { packingByLayer } from '../../compress/pack/sizes';
import { sessionPacking } from '../../compress/pack/packing-of';
import { tensorBytes } from '../../checkpoint/tensor-bytes';
import type { Sized } from './bytes';

/**
 * Adds the bytes of one packed file, and the ideal bits of the weights, to the bytes of a plan. Where a model has more than
 * `PACKED_UNASKED` bytes of weights, its figures stay as they are.
 * @throws CancelledError
 */
export async function withPackedBytes(
  bytes: PlanBytes,
  session: Session,
  { start, after }: Pick<Sized, 'start' | 'after'>,
  signal: AbortSignal,
): Promise<PlanBytes> {
  const now = await packedOf(start ?? session, signal);
  const then = after === 'same' ? now : after === 'unknown' ? {} : await packedOf(after, signal);
  return { ...bytes, before: { ...bytes.before, ...now }, after: bytes.after && { ...bytes.after, ...then } };
}

type PackedBytes = Pick<PlanBytes['before'], 'packedBytes' | 'idealBits'>;

async function packedOf(one: Session | ModelContent, signal: AbortSignal): Promise<PackedBytes> {
  const model = 'checkpoint' in one ? one.checkpoint : one;
  const weights = [...model.tensors.values()].reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  if (weights > PACKED_UNASKED) return {};
  const { bytes, idealBits } =
    'checkpoint' in one ? await sessionPacking(one, signal) : packingByLayer(one, await measuredInThread(one, signal));
  return { packedBytes: bytes, idealBits };
}
