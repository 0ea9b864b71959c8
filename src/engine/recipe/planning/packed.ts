import type { PlanBytes } from '../../../protocol/plan';
import type { Session } from '../../checkpoint/store';
import type { ModelContent } from '../../checkpoint/types';
import { packingOfModel, sessionPacking } from '../../compress/pack/packing-of';
import type { Sized } from './bytes';

type FileBytes = PlanBytes['before'];

/**
 * Adds the bytes of one packed file, and the ideal bits of the weights, to the bytes of a plan. Those of large models are
 * estimated.
 * @throws CancelledError
 */
export async function withPackedBytes(
  bytes: PlanBytes,
  session: Session,
  { start, after }: Pick<Sized, 'start' | 'after'>,
  signal: AbortSignal,
): Promise<PlanBytes> {
  const isOther = typeof after !== 'string' && bytes.after !== null;
  // Each is measured in a thread of its own.
  const [was, is] = await Promise.all([
    packingIn(start ?? session, signal),
    isOther ? packingOfModel(after, signal) : undefined,
  ]);
  const now = withPacked(bytes.before, was);
  if (after === 'same') return { ...bytes, before: now, after: bytes.after && now };
  return { ...bytes, before: now, ...(is && bytes.after ? { after: withPacked(bytes.after, is) } : {}) };
}

type Measured = Awaited<ReturnType<typeof packingOfModel>>;

const packingIn = (one: Session | ModelContent, signal: AbortSignal): Promise<Measured> =>
  'checkpoint' in one ? sessionPacking(one, signal) : packingOfModel(one, signal);

function withPacked(files: FileBytes, { bytes: packedBytes, idealBits, estimated }: Measured): FileBytes {
  const all: FileBytes['estimated'] = [...(files.estimated ?? []), ...(estimated ? (['packedBytes'] as const) : [])];
  return { ...files, packedBytes, idealBits, ...(all.length > 0 ? { estimated: all } : {}) };
}
