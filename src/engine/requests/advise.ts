import { createHash } from 'node:crypto';
import { ADVICE_FILE } from '../../protocol/advice';
import type { DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import { advise } from '../advise/advise';
import { inLockedFolder } from '../folder/in-locked-folder';
import { StoredPoints } from '../measure/sensitivity/points';
import type { RunEnvironment } from '../recipe/types';
import { fitted } from './fitted';
import type { MakeHandler } from './handler';

/** Answers `advise`. Points of layers are kept in a folder, so that a later advice uses them again. @throws UserError, CancelledError */
export const advising: MakeHandler<'advise'> =
  (engine) =>
  ({ model, data, options, seed, out }, { signal, report }) => {
    const onProgress = (progress: Progress): void => {
      report({ progress });
    };
    return engine.checkpoints.use(
      model,
      async (session) => {
        const { version, backend } = await engine.info();
        const openData = (reference: DataReference, base: string) =>
          engine.openData(reference, base, { download: true, signal, onProgress });
        const dataset =
          data === undefined ? null : await fitted(session, await openData(data, '/'), { signal, onProgress });
        const environment: RunEnvironment = { version, backend, openData };
        const place = out ?? (await engine.cacheFolder('advice', session.checkpoint.weightsHash));
        return inLockedFolder(place, async (folder) => {
          const advice = await advise({
            ...{ session, options, seed, environment, signal, onProgress },
            data: dataset && data !== undefined ? { reference: data, dataset } : null,
            known: (method, sample) => {
              const { weightsHash } = session.checkpoint;
              const identity = { weightsHash, images: sample.hash(), method: { advice: method, seed }, backend };
              const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
              return StoredPoints.open(folder, `${method}-${key}`, identity);
            },
          });
          await folder.write(ADVICE_FILE, `${JSON.stringify(advice, null, 2)}\n`);
          return advice;
        });
      },
      { signal, onProgress },
    );
  };
