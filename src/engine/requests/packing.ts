import type { ModelTotals } from '../../protocol/model';
import { pack } from '../checkpoint/packed/pack';
import { isPackedCheckpoint } from '../checkpoint/read';
import type { Session } from '../checkpoint/store';
import type { Checkpoint } from '../checkpoint/types';
import { writeCheckpoint } from '../checkpoint/write';
import { writePacked } from '../compress/pack/write-packed';
import { idealOf } from '../measure/ideal-bits';
import type { MakeHandler } from './handler';

/** Answers `pack`. @throws UserError, CancelledError */
export const packing: MakeHandler<'pack'> =
  ({ checkpoints }) =>
  ({ model, out, smallWeights }, { signal }) =>
    checkpoints.use(model, ({ checkpoint }) => writePacked(out, checkpoint, { smallWeights, signal }));

/** Answers `unpack`. @throws UserError */
export const unpacking: MakeHandler<'unpack'> =
  ({ checkpoints }) =>
  ({ model, out }) =>
    checkpoints.use(model, async ({ checkpoint }) => {
      const { path, bytes, weightsHash } = await writeCheckpoint(out, checkpoint);
      return { out: path, bytes, weightsHash };
    });

/** Returns what an open model takes packed, and at best; computed once a session. */
export const sizesIfPacked = (session: Session): Promise<Required<Pick<ModelTotals, 'packedBytes' | 'idealBits'>>> =>
  session.memo('packed sizes', () =>
    Promise.resolve({ packedBytes: packedBytes(session.checkpoint), idealBits: idealBits(session.checkpoint) }),
  );

const packedBytes = (checkpoint: Checkpoint): number =>
  isPackedCheckpoint(checkpoint) ? checkpoint.files[0]!.bytes : pack(checkpoint).bytes.byteLength;

const idealBits = ({ tensors }: Checkpoint): number =>
  [...tensors.values()].reduce((sum, tensor) => sum + idealOf(tensor).bits, 0);
