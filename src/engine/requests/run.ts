import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import { useCustomLayers } from '../model/runnable';
import { runRecipe } from '../recipe/run';
import { progressTo, type Listener } from '../recipe/types';
import type { MakeHandler } from './handler';

/** Answers `run`. @throws UserError, CancelledError */
export const run: MakeHandler<'run'> =
  (engine) =>
  async (request, { signal, report }) => {
    const { version, backend } = await engine.info();
    const openData = (data: DataReference, baseFolder: string, listener: Listener) =>
      engine.openData(data, baseFolder, {
        download: true,
        signal: listener.signal,
        onProgress: progressTo(listener),
        onNote: (text) => {
          listener.report({ kind: 'message', text });
        },
      });
    const own = await engine.layers();
    const { layers = own, ...recipe } = request.recipe;
    if (layers !== undefined) await useCustomLayers(path.resolve(request.baseFolder, layers));
    const named = layers === undefined ? request : { ...request, recipe: { ...recipe, layers } };
    return runRecipe(named, { version, backend, openData }, { signal, report });
  };
