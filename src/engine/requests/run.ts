import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import { useCustomLayers } from '../model/runnable';
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
    const own = await engine.layers();
    const { layers = own, ...recipe } = request.recipe;
    if (layers !== undefined) await useCustomLayers(path.resolve(request.baseFolder, layers));
    const named = layers === undefined ? request : { ...request, recipe: { ...recipe, layers } };
    return runRecipe(named, { version, backend, openData }, { signal, report });
  };
