import type { Session } from '../checkpoint/store';
import { writeCheckpoint } from '../checkpoint/write';
import { packedFigures, type PackedFigures } from '../compress/pack/if-packed';
import { writePacked } from '../compress/pack/write-packed';
import type { MakeHandler } from './handler';

/** Answers `pack`. @throws UserError, CancelledError */
export const packing: MakeHandler<'pack'> =
  ({ checkpoints }) =>
  ({ model, out, smallWeights, history }, { signal }) =>
    checkpoints.use(model, ({ checkpoint }) => writePacked(out, checkpoint, { smallWeights, history, signal }));

/** Answers `unpack`. @throws UserError */
export const unpacking: MakeHandler<'unpack'> =
  ({ checkpoints }) =>
  ({ model, out }) =>
    checkpoints.use(model, async ({ checkpoint }) => {
      const { path, bytes, weightsHash } = await writeCheckpoint(out, checkpoint);
      return { out: path, bytes, weightsHash };
    });

/** Returns what an open model takes packed, and at best; computed once a session. */
export const sizesIfPacked = (session: Session): Promise<PackedFigures> =>
  session.memo('packed sizes', () => Promise.resolve(packedFigures(session.checkpoint)));
