import path from 'node:path';
import type * as z from 'zod';
import { engineRequests, type BackendChoice, type EngineRequests } from '../../protocol/engine';
import { describeIssue, UserError } from '../../protocol/errors';
import { createService } from '../service';
import { cacheFolder, sampleFolder } from './places';

/** What every command is told. */
export interface CommonOptions {
  json?: boolean;
  threads?: number;
  backend?: BackendChoice;
  tensorflowPath?: string;
  verbose?: boolean;
}

/** The engine within this process, asked in the same way as the one of the editor. */
export interface LocalEngine {
  ask<K extends keyof EngineRequests>(
    method: K,
    params: z.input<EngineRequests[K]['params']>,
    onProgress?: (progress: z.input<EngineRequests[K]['progress']>) => void,
  ): Promise<z.input<EngineRequests[K]['result']>>;
}

/** Starts the engine; `bundle` is the file of the command line's bundle. */
export function localEngine(
  bundle: string,
  { threads = 0, backend = 'auto', tensorflowPath }: CommonOptions,
  signal: AbortSignal,
  log: (message: string) => void,
  warn: (sentence: string) => void,
): LocalEngine {
  const service = createService(bundle, log, warn);
  const settings = {
    sampleFolder: sampleFolder(path.dirname(bundle)),
    cacheFolder: cacheFolder(),
    threads,
    backend,
    ...(tensorflowPath === undefined ? {} : { tensorflowPath: path.resolve(tensorflowPath) }),
  };
  let initialized: Promise<unknown> | undefined;
  return {
    async ask(method, params, onProgress = () => undefined) {
      const parsed = engineRequests[method].params.safeParse(params);
      if (!parsed.success) throw new UserError(`That cannot be done: ${describeIssue(parsed.error)}.`);
      // Questions about files alone need no native library.
      if (method !== 'inspect' && method !== 'histogram')
        await (initialized ??= service.initialize(settings, { signal, report: () => undefined }));
      // The schema of a method is that of its handler; the compiler cannot see that for all methods at once.
      return service[method](parsed.data as never, { signal, report: onProgress });
    },
  };
}

/** A dataset as typed: a name, or a folder from where the person stands. */
export const dataAsTyped = (typed: string): string =>
  typed === 'fashion-mnist' || typed === 'fashion-mnist-sample' ? typed : path.resolve(typed);
