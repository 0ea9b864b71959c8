import { writeCheckpoint } from '../checkpoint/write';
import { sessionPacking } from '../compress/pack/packing-of';
import { writePacked } from '../compress/pack/write-packed';
import type { MakeHandler } from './handler';

/** Answers `pack`. @throws UserError, CancelledError */
export const packing: MakeHandler<'pack'> =
  ({ checkpoints }) =>
  ({ model, out, smallWeights, history, exact }, { signal, report }) => {
    const listener = { signal, onProgress: report };
    return checkpoints.use(
      model,
      ({ checkpoint }) => writePacked(out, checkpoint, { smallWeights, history, exact, ...listener }),
      listener,
    );
  };

/** Answers `unpack`. @throws UserError, CancelledError */
export const unpacking: MakeHandler<'unpack'> =
  ({ checkpoints }) =>
  ({ model, out }, { signal }) =>
    checkpoints.use(
      model,
      async ({ checkpoint }) => {
        const { path, bytes, weightsHash } = await writeCheckpoint(out, checkpoint);
        return { out: path, bytes, weightsHash };
      },
      { signal },
    );

/** Answers `packing`. @throws UserError, CancelledError */
export const packingSizes: MakeHandler<'packing'> =
  ({ checkpoints }) =>
  ({ model }, { signal }) =>
    checkpoints.use(model, (session) => sessionPacking(session, signal), { signal });
