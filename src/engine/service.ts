import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { DataReference } from '../protocol/dataset';
import type { EngineInfo, EngineRequests, EngineSettings } from '../protocol/engine';
import { UserError } from '../protocol/errors';
import type { Progress } from '../protocol/measure';
import type { Handlers } from '../rpc/peer';
import { BackendUnavailable, chooseBackend } from './backend-choice/choose';
import type { BackendInfo } from './backend-choice/backend-info';
import { CheckpointStore, type Session } from './checkpoint/store';
import type { Checkpoint } from './checkpoint/types';
import { preview, type Calibration, type SampleEvaluator } from './compress/preview';
import { needsImages } from '../protocol/steps/prune';
import { channelsNeedImages } from '../protocol/steps/remove';
import { previewRemoval } from './compress/remove/preview';
import type { Dataset, OpenData } from './dataset/dataset';
import { DatasetStore, type OpenOptions } from './dataset/store';
import { compareModels, type Side } from './measure/compare';
import { evaluateModel } from './measure/evaluate';
import { histograms } from './measure/histogram';
import { inspect } from './measure/inspect';
import { withInputShape } from './model/input-shapes';
import { measureLatency, timedModel, type Candidate } from './measure/latency';
import { discardUnfinished } from './recipe/killed';
import { runRecipe } from './recipe/run';
import { evaluated } from './measure/evaluated';
import { fitted, normalizationAnswer } from './requests/fitted';
import { sensitivity } from './requests/sensitivity';

declare const SECATEUR_VERSION: string;

/** Images in one pass of a preview: few enough that a newer preview, which cancels this one, waits for some 15 ms only. */
const PREVIEW_BATCH = 200;

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
      checkpoints.use(model, ({ checkpoint }) => inspect(checkpoint, { brotli, signal, inputShape })),
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
    preview: ({ model, prune, seed, data, samples }, { signal, report }) =>
      checkpoints.use(model, async (session) => {
        const opened = data === undefined ? 'no dataset chosen' : await openOrWhyNot(data, signal);
        if (typeof opened === 'string') {
          if (data !== undefined && needsImages(prune.score)) throw new UserError(opened);
          return preview(session, prune, { seed, signal, onPart: report, accuracy: opened });
        }
        const onProgress = (progress: Progress): void => {
          report({ part: 'progress', progress });
        };
        const calibration = needsImages(prune.score)
          ? calibrationOn(await fitted(session, opened, { signal, onProgress }), seed)
          : undefined;
        const accuracy = async (abort: AbortSignal): Promise<SampleEvaluator> =>
          sampler(await fitted(session, opened, { signal: abort, onProgress }), samples);
        return preview(session, prune, { seed, signal, onPart: report, accuracy, calibration });
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
              : 'no dataset chosen';
            return typeof evaluation === 'string'
              ? { checkpoint, evaluation: null, noAccuracy: evaluation }
              : { checkpoint, evaluation };
          };
          return compareModels(await side(first, data), await side(second, otherData ?? data), bins);
        }),
      ),
    planRemove: ({ model, remove, seed, data, samples }, { signal, report }) =>
      checkpoints.use(model, async (session) => {
        const listener = { signal, onProgress: report };
        const opened = data === undefined ? undefined : await openData(data, '/', { download: true, ...listener });
        const dataset = opened ? await orWhyNot(() => fitted(session, opened, listener)) : 'no dataset chosen';
        if (typeof dataset === 'string' && opened && channelsNeedImages(remove.score)) throw new UserError(dataset);
        const given = typeof dataset === 'string' ? { dataset: null, noDataset: dataset } : { dataset };
        return previewRemoval(session.checkpoint, remove, { seed, ...given, samples, ...listener });
      }),
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

  /** A dataset that is here already; a sentence where it cannot be had. */
  function openOrWhyNot(data: DataReference, signal: AbortSignal): Promise<OpenData | string> {
    return orWhyNot(() => openData(data, '/', { download: false, signal }));
  }
}

/** What `work` comes to; the sentence where it cannot be done. */
async function orWhyNot<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Names data and how it enters the model. */
const keyOf = ({ key, normalization: { mean, std } }: Dataset): readonly unknown[] => [key, mean, std];

const calibrationOn = (data: Dataset, seed: number): Calibration => ({
  key: JSON.stringify([...keyOf(data), seed]),
  data,
});

/** How a preview measures accuracy. */
function sampler(dataset: Dataset, samples: number): SampleEvaluator {
  const { info, normalization } = dataset;
  const images = dataset.split('validation').first(samples);
  return {
    key: JSON.stringify([...keyOf(dataset), images.length]),
    evaluate: async (model, abort) => {
      const {
        accuracy,
        loss,
        samples: measured,
      } = await evaluateModel(model, images, {
        classNames: info.classNames,
        signal: abort,
        batchSize: PREVIEW_BATCH,
      });
      return { accuracy, loss, samples: measured, sampleData: info.sample, normalization };
    },
  };
}
