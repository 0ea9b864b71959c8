import { availableParallelism } from 'node:os';
import path from 'node:path';
import { NO_DATASET, type DataReference } from '../protocol/dataset';
import type { EngineInfo, EngineRequests, EngineSettings } from '../protocol/engine';
import { UserError } from '../protocol/errors';
import type { Progress } from '../protocol/measure';
import type { Handlers } from '../rpc/peer';
import { BackendUnavailable, chooseBackend } from './backend-choice/choose';
import type { BackendInfo } from './backend-choice/backend-info';
import { sessionSizes } from './checkpoint/sizes';
import { CheckpointStore, type Session } from './checkpoint/store';
import type { Checkpoint } from './checkpoint/types';
import type { OpenData } from './dataset/dataset';
import { DatasetStore, type OpenOptions } from './dataset/store';
import { compareModels, type Side } from './measure/compare';
import { histograms } from './measure/histogram';
import { inspect } from './measure/inspect';
import { withInputShape } from './model/input-shapes';
import { measureLatency, timedModel, type Candidate } from './measure/latency';
import { discardUnfinished } from './recipe/folder/discard-unfinished';
import { planData } from './recipe/planning/data';
import { planStep } from './recipe/planning/plan';
import { runRecipe } from './recipe/run';
import { evaluated } from './measure/evaluated';
import { fitted, normalizationAnswer } from './requests/fitted';
import { sensitivity } from './requests/sensitivity';
import { orWhyNot } from './why-not';

declare const SECATEUR_VERSION: string;

/** What an engine is after `initialize`. */
interface Started {
  settings: EngineSettings;
  info: EngineInfo;
  datasets: DatasetStore;
}

/** The backend that the settings choose. Throws UserError. */
async function install(
  settings: EngineSettings,
  program: string,
  log: (message: string) => void,
): Promise<BackendInfo> {
  try {
    return await chooseBackend({
      choice: settings.backend,
      threads: settings.threads || availableParallelism(),
      tensorflowFolder: settings.tensorflowPath ?? path.dirname(program),
      cacheFolder: settings.cacheFolder,
      revision: SECATEUR_VERSION,
      program,
      log,
    });
  } catch (cause) {
    if (!(cause instanceof BackendUnavailable)) throw cause;
    const remedy =
      settings.backend === 'tensorflow'
        ? 'install it there, or choose the backend auto or onnxruntime'
        : 'reinstall Secateur for this platform';
    throw new UserError(`The engine cannot compute, because ${cause.message}: ${remedy}.`, { cause });
  }
}

/**
 * The answers to all requests of the engine protocol; the child process and the command line both serve them.
 *
 * @param program the bundle that serves them, which can also be started to try a backend (`answerTrial`)
 * @param warn told what is doubtful about a checkpoint's files when they are read
 */
export function createService(
  program: string,
  log: (message: string) => void,
  warn: (sentence: string) => void = log,
): Handlers<EngineRequests> {
  const checkpoints = new CheckpointStore(undefined, (sentence) => warn(sentence));
  let started: Promise<Started> | undefined;

  const start = async (settings: EngineSettings): Promise<Started> => {
    const { name, version, threads } = await install(settings, program, log);
    const info = {
      version: SECATEUR_VERSION,
      pid: process.pid,
      node: process.versions.node,
      backend: { name, version, threads },
    };
    return { settings, info, datasets: new DatasetStore(settings, log) };
  };
  const running = (): Promise<Started> => {
    if (!started) throw new UserError('The engine was asked before it was initialized.');
    return started;
  };
  const openData = async (data: DataReference, baseFolder: string, options: OpenOptions): Promise<OpenData> =>
    (await running()).datasets.open(data, baseFolder, options);

  return {
    initialize: async (settings) => {
      // A second backend would take the tensors of the first away from under the work that uses them.
      if (started) throw new UserError('The engine is initialized already: restart it to change its settings.');
      started = start(settings);
      started.catch(() => {
        started = undefined;
      });
      return (await started).info;
    },
    inspect: ({ model, brotli, inputShape }, { signal }) =>
      checkpoints.use(model, (session) => {
        const files = brotli ? undefined : () => sessionSizes(session, signal);
        return inspect(session.checkpoint, { brotli, signal, inputShape, files });
      }),
    histogram: ({ model, layers, bins }) =>
      checkpoints.use(model, ({ checkpoint }) => Promise.resolve(histograms(checkpoint, layers, bins))),
    dataset: async ({ data }, { signal }) => (await openData(data, '/', { download: false, signal })).info,
    normalization: ({ model, data, download }, { signal, report }) =>
      checkpoints.use(model, async (session) => {
        const opened = await openData(data, '/', { download, signal, onProgress: report });
        return normalizationAnswer(session, opened, { signal, onProgress: report });
      }),
    evaluate: ({ model, data, split, samples }, { signal, report }) =>
      checkpoints.use(model, async (session) => {
        const opened = await openData(data, '/', { download: true, signal, onProgress: report });
        const dataset = await fitted(session, opened, { signal, onProgress: report });
        return evaluated(session.checkpoint, dataset, { split, samples, signal, onProgress: report });
      }),
    plan: ({ model, data, download, ...asked }, { signal, report }) =>
      checkpoints.use(model, (session) => {
        const listener = {
          signal,
          onProgress: (progress: Progress): void => {
            report({ part: 'progress', progress });
          },
        };
        const open = data === undefined ? undefined : () => openData(data, '/', { download, ...listener });
        return planStep(
          session,
          {
            ...asked,
            data: planData(open, (opened) => fitted(session, opened, listener)),
            environment: async () => (await running()).info,
          },
          { signal, report },
        );
      }),
    sensitivity: async ({ model, data, ...request }, { signal, report }) =>
      checkpoints.use(model, async (session) => {
        const { info } = await running();
        const onProgress = (progress: Progress): void => {
          report({ part: 'progress', progress });
        };
        const opened = await openData(data, '/', { download: true, signal, onProgress });
        const dataset = await fitted(session, opened, { signal, onProgress });
        return sensitivity(session.checkpoint, dataset, request, info.backend, { signal, report });
      }),
    latency: async ({ model, other, inputShape, options }, { signal, report }) => {
      const { info } = await running();
      const candidate = async (checkpoint: Checkpoint): Promise<Candidate> => {
        const { name, path: file, totals } = await inspect(checkpoint, { inputShape });
        return { model: withInputShape(checkpoint, inputShape), figures: timedModel(name, file, totals) };
      };
      const listener = { signal, onProgress: report };
      const figures = await checkpoints.use(model, async ({ checkpoint }) => {
        const one = await candidate(checkpoint);
        if (other === undefined) return measureLatency([one], options, listener);
        return checkpoints.use(other, async (second) =>
          measureLatency([one, await candidate(second.checkpoint)], options, listener),
        );
      });
      return { ...figures, backend: info.backend };
    },
    compare: ({ a, b, data, otherData, split, samples, bins }, { signal, report }) =>
      checkpoints.use(a, (first) =>
        checkpoints.use(b, async (second) => {
          const side = async (session: Session, its: DataReference | undefined): Promise<Side> => {
            const { checkpoint } = session;
            const listener = { signal, onProgress: report };
            const opened = its === undefined ? undefined : await openData(its, '/', { download: true, ...listener });
            // Each has a normalization of its own.
            const evaluation = opened
              ? await orWhyNot(async () =>
                  evaluated(checkpoint, await fitted(session, opened, listener), { split, samples, ...listener }),
                )
              : NO_DATASET;
            return typeof evaluation === 'string'
              ? { checkpoint, evaluation: null, noAccuracy: evaluation }
              : { checkpoint, evaluation };
          };
          return compareModels(await side(first, data), await side(second, otherData ?? data), bins);
        }),
      ),
    run: async (request, { signal, report }) => {
      const { info } = await running();
      const environment = {
        version: info.version,
        backend: info.backend,
        openData: (data: DataReference, baseFolder: string) =>
          openData(data, baseFolder, {
            download: true,
            signal,
            onProgress: (progress) => {
              report({ kind: 'progress', progress });
            },
            onNote: (text) => {
              report({ kind: 'message', text });
            },
          }),
      };
      return runRecipe(request, environment, { signal, report });
    },
    discard: async ({ out, made }) => {
      await discardUnfinished(out, made);
      return null;
    },
    release: ({ model }) => {
      checkpoints.release(model);
      return Promise.resolve(null);
    },
  };
}
