import path from 'node:path';
import type * as z from 'zod';
import type { BackendChoice } from '../../protocol/backends';
import { engineRequests, type EngineRequests } from '../../protocol/engine';
import { isNamed, withNormalization, type DataReference } from '../../protocol/dataset';
import { describeIssue, UserError } from '../../protocol/errors';
import type { Normalization } from '../../protocol/normalization';
import { createService } from '../requests/service';
import { cacheFolder, sampleFolder } from './folders';

/** Context of every command. */
export interface CommonOptions {
  json?: boolean;
  threads?: number;
  backend?: BackendChoice;
  tensorflowPath?: string;
  customLayers?: string;
  verbose?: boolean;
}

/** The engine in this process, with the same requests as in the editor. */
export interface LocalEngine {
  ask<K extends keyof EngineRequests>(
    method: K,
    params: z.input<EngineRequests[K]['params']>,
    onProgress?: (progress: z.input<EngineRequests[K]['progress']>) => void,
  ): Promise<z.input<EngineRequests[K]['result']>>;
}

/** Requests about files alone need no native library. */
const FILES_ALONE: ReadonlySet<keyof EngineRequests> = new Set(['inspect', 'histogram', 'pack', 'unpack']);

/** Nor does a plan for which no network runs, of a step that is arithmetic on the weights. */
const computesNothing = (method: keyof EngineRequests, params: unknown): boolean => {
  if (FILES_ALONE.has(method)) return true;
  const plan = method === 'plan' ? engineRequests.plan.params.safeParse(params).data : undefined;
  return plan?.step.step === 'prune' && engineRequests.plan.trust(plan) === 'reads';
};

/** Starts the engine. @param bundle file of the command line's bundle */
export function localEngine(
  bundle: string,
  { threads = 0, backend = 'auto', tensorflowPath, customLayers }: CommonOptions,
  signal: AbortSignal,
  log: (message: string) => void,
  warn: (sentence: string) => void,
): LocalEngine {
  const settings = {
    sampleFolder: sampleFolder(path.dirname(bundle)),
    cacheFolder: cacheFolder(),
    threads,
    backend,
    ...(tensorflowPath === undefined ? {} : { tensorflowPath: path.resolve(tensorflowPath) }),
    ...(customLayers === undefined ? {} : { layers: path.resolve(customLayers) }),
  };
  const service = createService(bundle, log, warn, settings);
  let initialized: Promise<unknown> | undefined;
  return {
    async ask(method, params, onProgress = () => undefined) {
      const parsed = engineRequests[method].params.safeParse(params);
      if (!parsed.success) throw new UserError(`That cannot be done: ${describeIssue(parsed.error)}.`);
      if (!computesNothing(method, params))
        await (initialized ??= service.initialize(settings, { signal, report: () => undefined }));
      // The schema of a method is that of its handler; the compiler cannot see that for all methods at once.
      return service[method](parsed.data as never, { signal, report: onProgress });
    },
  };
}

/** The options that name a dataset, as typed. */
export interface DataOptions {
  data?: string;
  normalization?: Normalization;
}

/**
 * Returns a typed dataset: a name, or a folder relative to the working directory; with the normalization, where one was
 * given.
 */
export function dataAsTyped(typed: string, normalization?: Normalization): DataReference {
  const source = isNamed(typed) ? typed : path.resolve(typed);
  return normalization ? withNormalization(source, normalization) : source;
}

/** Returns the field `data` of a request or recipe; empty where no dataset was typed. @throws UserError */
export function dataField({ data, normalization }: DataOptions): { data?: DataReference } {
  if (data !== undefined) return { data: dataAsTyped(data, normalization) };
  if (normalization)
    throw new UserError('A normalization says how pixels enter the model: give the dataset with --data too.');
  return {};
}
