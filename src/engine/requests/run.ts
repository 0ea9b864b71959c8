import type { DataReference } from '../../protocol/dataset';
import { runRecipe } from '../recipe/run';
import type { MakeHandler } from './handler';

/** Answers `run`. @throws UserError, CancelledError */
export const run: MakeHandler<'run'> =
  (engine) =>
  async (request, { signal, report }) => {
    const { version, backend } = await engine.info();
    const openData = (data: DataReference, baseFolder: string) =>
      engine.openData(data, baseFolder, {
        download: true,
        signal,
        onProgress: (progress) => {
          report({ kind: 'progress', progress });
        },
        onNote: (text) => {
          report({ kind: 'message', text });
        },
      });
    return runRecipe(request, { version, backend, openData }, { signal, report });
  };
