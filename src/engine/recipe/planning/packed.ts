import type { PlanBytes } from '../../../protocol/plan';
import type { Session } from '../../checkpoint/store';
import { packingOfModel, sessionPacking } from '../../compress/pack/packing-of';
import type { Sized } from './bytes';

type FileBytes = PlanBytes['before'];

/** What the models before and after a step take in one packed file each. */
export interface PackedSizes {
  readonly before: Measured;
  /** `same`: the step writes no model; undefined: only the run finds it. */
  readonly after: Measured | 'same' | undefined;
}

/** Measures models as packed files, large ones by samples. @throws CancelledError */
export async function packedSizes(
  session: Session,
  { start, after }: Pick<Sized, 'start' | 'after'>,
  signal: AbortSignal,
): Promise<PackedSizes> {
  // One after the other: a thread that has packed a model takes half as long for the next one.
  const before = await (start ? packingOfModel(start, signal) : sessionPacking(session, signal));
  if (after === 'same') return { before, after };
  return { before, after: after === 'unknown' ? undefined : await packingOfModel(after, signal) };
}

/** Adds the bytes of one packed file, and the ideal bits of the weights, to the bytes of a plan. */
export function withPackedBytes(bytes: PlanBytes, { before, after }: PackedSizes): PlanBytes {
  const now = withPacked(bytes.before, before);
  if (after === 'same') return { ...bytes, before: now, after: bytes.after && now };
  return { ...bytes, before: now, ...(after && bytes.after ? { after: withPacked(bytes.after, after) } : {}) };
}

type Measured = Awaited<ReturnType<typeof packingOfModel>>;

function withPacked(files: FileBytes, { bytes: packedBytes, idealBits, estimated }: Measured): FileBytes {
  const all: FileBytes['estimated'] = [...(files.estimated ?? []), ...(estimated ? (['packedBytes'] as const) : [])];
  return { ...files, packedBytes, idealBits, ...(all.length > 0 ? { estimated: all } : {}) };
}
