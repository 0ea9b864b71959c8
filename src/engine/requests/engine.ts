import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import type { EngineInfo, EngineSettings } from '../../protocol/engine';
import { UserError } from '../../protocol/errors';
import type { BackendInfo } from '../backend-choice/backend-info';
import { BackendUnavailable, chooseBackend, foreseenBackend } from '../backend-choice/choose';
import { FigureCache } from '../checkpoint/figure-cache';
import { CheckpointStore } from '../checkpoint/store';
import type { OpenData } from '../dataset/open-data';
import { DatasetStore, type OpenOptions } from '../dataset/store';

declare const SECATEUR_VERSION: string;

/** An engine after `initialize`. */
interface Started {
  readonly info: EngineInfo;
  /** Absolute path of the module that registers layers. */
  readonly layers: string | undefined;
  readonly datasets: DatasetStore;
  readonly cacheFolder: string;
}

/** The open checkpoints and datasets of an engine, and its backend. */
export class Engine {
  readonly checkpoints: CheckpointStore;
  #started: Promise<Started> | undefined;
  #expected: EngineSettings | undefined;
  #figures: FigureCache | undefined;

  /**
   * @param program the bundle that runs, which can also be started to try a backend (`answerTrial`)
   * @param warn hears what is doubtful about a checkpoint's files when they are read
   */
  constructor(
    private readonly program: string,
    private readonly log: (message: string) => void,
    warn: (sentence: string) => void,
  ) {
    this.checkpoints = new CheckpointStore(undefined, warn, () => this.#figures);
  }

  /** Chooses the backend, once. @throws UserError */
  async initialize(settings: EngineSettings): Promise<EngineInfo> {
    // A second backend would take the tensors of the first away from under the work that uses them.
    if (this.#started) throw new UserError('The engine is initialized already: restart it to change its settings.');
    this.#started = this.#start(settings);
    this.#started.catch(() => {
      this.#started = undefined;
    });
    return (await this.#started).info;
  }

  /** Keeps settings for requests that compute nothing: others wait for `initialize`. */
  expect(settings: EngineSettings): void {
    this.#expected = settings;
  }

  /** Returns what a run records about the engine, after `expect` without a native library where that is possible. @throws UserError */
  async recorded(): Promise<Pick<EngineInfo, 'version' | 'backend'>> {
    if (!this.#started && this.#expected) {
      const backend = foreseenBackend(choiceOf(this.#expected, this.program));
      if (backend) return { version: SECATEUR_VERSION, backend };
      await this.initialize(this.#expected);
    }
    return this.info();
  }

  /** @throws UserError before `initialize` */
  async info(): Promise<EngineInfo> {
    return (await this.#running()).info;
  }

  /** Returns the module of layers that the settings name. @throws UserError before `initialize` */
  async layers(): Promise<string | undefined> {
    return (await this.#running()).layers;
  }

  /** Returns a place in the cache for what was computed about something. @throws UserError before `initialize` */
  async cacheFolder(kind: string, about: string): Promise<string> {
    return path.join((await this.#running()).cacheFolder, kind, about);
  }

  /** Opens a dataset; a relative folder starts from `baseFolder`. @throws UserError, CancelledError */
  async openData(data: DataReference, baseFolder: string, options: OpenOptions): Promise<OpenData> {
    return (await this.#running()).datasets.open(data, baseFolder, options);
  }

  /** The names of the columns of a table; empty for other data. @throws UserError, CancelledError */
  async columnsOf(data: DataReference, baseFolder: string, options: OpenOptions): Promise<readonly string[]> {
    return (await this.#running()).datasets.columns(data, baseFolder, options);
  }

  #running(): Promise<Started> {
    if (!this.#started) throw new UserError('The engine was asked before it was initialized.');
    return this.#started;
  }

  async #start(settings: EngineSettings): Promise<Started> {
    const { name, version, threads } = await install(settings, this.program, this.log);
    const info = {
      version: SECATEUR_VERSION,
      pid: process.pid,
      node: process.versions.node,
      backend: { name, version, threads },
    };
    const { layers, cacheFolder, figuresFolder } = settings;
    if (figuresFolder !== undefined)
      this.#figures = new FigureCache(figuresFolder, { revision: await revisionOf(this.program) });
    return { info, layers, cacheFolder, datasets: new DatasetStore(settings, this.log) };
  }
}

/** Tells builds of an engine apart: another one may compute figures otherwise. */
async function revisionOf(program: string): Promise<string> {
  const built = await stat(program, { bigint: true }).catch(() => undefined);
  return `${SECATEUR_VERSION} ${built?.size ?? 0} ${built?.mtimeNs ?? 0}`;
}

const choiceOf = (settings: EngineSettings, program: string) => ({
  choice: settings.backend,
  threads: settings.threads || availableParallelism(),
  tensorflowFolder: settings.tensorflowPath ?? path.dirname(program),
});

/** Installs the backend that the settings choose. @throws UserError */
async function install(
  settings: EngineSettings,
  program: string,
  log: (message: string) => void,
): Promise<BackendInfo> {
  try {
    return await chooseBackend({
      ...choiceOf(settings, program),
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
