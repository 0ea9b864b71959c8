import type { Progress } from '../../protocol/measure';
import { fitted } from './fitted';
import type { MakeHandler } from './handler';
import { scanIntoFolder } from './scan-into-folder';

/** Answers `sensitivity`. @throws UserError, CancelledError */
export const sensitivity: MakeHandler<'sensitivity'> =
  (engine) =>
  ({ model, data, ...request }, { signal, report }) => {
    const listener = {
      signal,
      onProgress: (progress: Progress): void => {
        report({ part: 'progress', progress });
      },
    };
    return engine.checkpoints.use(
      model,
      async (session) => {
        const { backend } = await engine.info();
        const opened = await engine.openData(data, '/', { download: true, ...listener });
        const dataset = await fitted(session, opened, listener);
        return scanIntoFolder(session.checkpoint, dataset, request, backend, { signal, report });
      },
      listener,
    );
  };
