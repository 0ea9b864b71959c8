import type { Progress } from '../../protocol/measure';
import { withFitted } from './fitted';
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
    return withFitted(engine, { model, data }, listener, async ({ checkpoint }, dataset) => {
      const { backend } = await engine.info();
      return scanIntoFolder(checkpoint, dataset, request, backend, { signal, report });
    });
  };
