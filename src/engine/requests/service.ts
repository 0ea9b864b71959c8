import { engineRequests, type EngineRequests, type EngineSettings } from '../../protocol/engine';
import type { Trust } from '../../protocol/table';
import type { Handlers } from '../../rpc/peer';
import { sessionSizes } from '../checkpoint/sizes';
import { useCustomLayers } from '../model/runnable';
import { sessionPacking } from '../compress/pack/packing-of';
import { weightLevels } from '../compress/levels/levels';
import { sessionHistograms } from '../measure/session-histograms';
import { inspect } from '../measure/inspect';
import { weightSheet } from '../measure/sheet';
import { discardUnfinished } from '../recipe/folder/discard-unfinished';
import { advising } from './advise';
import { compare } from './compare';
import { Engine } from './engine';
import { describeData } from './describe-data';
import { answers } from './answers';
import { ends } from './ends';
import { evaluate } from './evaluate';
import { examples } from './examples';
import { normalizationAnswer } from './fitted';
import { latency } from './latency';
import { packing, packingSizes, unpacking } from './packing';
import { plan } from './plan';
import { run } from './run';
import { sensitivity } from './sensitivity';
import { topology } from './topology';

/**
 * Answers all requests of the engine protocol, for the child process and the command line.
 * @param program the bundle that runs, which can also be started to try a backend (`answerTrial`)
 * @param warn hears what is doubtful about a checkpoint's files when they are read
 * @param settings those of the `initialize` to come, for requests that compute nothing and do not wait for it
 */
export function createService(
  program: string,
  log: (message: string) => void,
  warn: (sentence: string) => void = log,
  settings?: EngineSettings,
): Handlers<EngineRequests> {
  const engine = new Engine(program, log, (sentence) => {
    warn(sentence);
  });
  if (settings) engine.expect(settings);
  const { checkpoints } = engine;
  /** Registers the person's layers before a request that runs a model; those that only read do without. */
  const withLayers =
    <Params, Context, Result>(
      request: { trust(params: Params): Trust },
      handle: (params: Params, context: Context) => Promise<Result>,
    ): typeof handle =>
    async (params, context) => {
      const module = request.trust(params) === 'runs' ? await engine.layers() : undefined;
      if (module !== undefined) await useCustomLayers(module);
      return handle(params, context);
    };
  return {
    initialize: (given) => engine.initialize(given),
    inspect: ({ model, brotli, packed, exact, inputShape }, { signal, report }) =>
      checkpoints.use(
        model,
        (session) => {
          const files = exact ? undefined : () => sessionSizes(session, signal, brotli);
          const sizes = packed ? () => sessionPacking(session, signal, exact) : undefined;
          return inspect(session.checkpoint, { brotli, signal, inputShape, files, packed: sizes });
        },
        { signal, onProgress: report },
      ),
    histogram: ({ model, layers, bins }, { signal }) =>
      checkpoints.use(model, (session) => sessionHistograms(session, layers, bins, signal), { signal }),
    sheet: ({ model, layer, tensor }) =>
      checkpoints.use(model, ({ checkpoint }) => Promise.resolve(weightSheet(checkpoint, layer, tensor))),
    topology: topology(engine),
    levels: ({ model, step, layer }) =>
      checkpoints.use(model, ({ checkpoint }) => Promise.resolve(weightLevels(checkpoint, step, layer))),
    describeData: async ({ data }, { signal }) =>
      describeData(await engine.openData(data, '/', { download: false, signal })),
    dataColumns: async ({ data }, { signal }) => [...(await engine.columnsOf(data, '/', { download: false, signal }))],
    ends: withLayers(engineRequests.ends, ends(engine)),
    examples: examples(engine),
    dataset: async ({ data, download }, { signal, report }) =>
      (await engine.openData(data, '/', { download, signal, onProgress: report })).info,
    normalization: withLayers(engineRequests.normalization, ({ model, data, download, trial }, { signal, report }) => {
      const listener = { signal, onProgress: report };
      return checkpoints.use(
        model,
        async (session) => {
          const opened = await engine.openData(data, '/', { download, ...listener });
          return normalizationAnswer(session, opened, listener, trial);
        },
        listener,
      );
    }),
    evaluate: withLayers(engineRequests.evaluate, evaluate(engine)),
    answers: withLayers(engineRequests.answers, answers(engine)),
    plan: withLayers(engineRequests.plan, plan(engine)),
    sensitivity: withLayers(engineRequests.sensitivity, sensitivity(engine)),
    advise: withLayers(engineRequests.advise, advising(engine)),
    latency: withLayers(engineRequests.latency, latency(engine)),
    compare: withLayers(engineRequests.compare, compare(engine)),
    packing: packingSizes(engine),
    pack: packing(engine),
    unpack: unpacking(engine),
    run: withLayers(engineRequests.run, run(engine)),
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
