import { t } from '../../protocol/l10n';
import type { EngineInfo, EngineRequests } from '../../protocol/engine';
import { UserError } from '../../protocol/errors';
import type { Client } from '../../rpc/peer';
import { Listeners } from '../listeners';
import { inDetail, type Log } from '../log';
import type { EngineProcess } from '../../child/engine-process';

/** The state of the engine that all panels share; `message` is a sentence for the person. */
export type EngineState =
  | { phase: 'stopped' | 'starting'; message: string }
  | { phase: 'up'; message: string; info: EngineInfo }
  | { phase: 'failed'; message: string };

/** After this many crashes in this many milliseconds, the engine restarts only on the next question. */
const CRASHES = { count: 3, window: 60_000 };

/**
 * The engine that all panels share. It starts with the first question and starts again after a crash. This class does not
 * know vscode: it reports to its listeners.
 */
export class SharedEngine {
  readonly changed = new Listeners<EngineState>();
  /** Gets the sentence of each crash. */
  readonly crashed = new Listeners<string>();
  private process: EngineProcess | undefined;
  private current: EngineState = { phase: 'stopped', message: t('The engine is not running.') };
  private crashTimes: number[] = [];
  private disposed = false;

  constructor(
    private readonly create: () => EngineProcess,
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {}

  get state(): EngineState {
    return this.current;
  }

  /** The id of the process, while there is one. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Calls the engine; starts it if necessary. */
  readonly call: Client<EngineRequests> = async (method, params, options) => {
    const process = await this.started();
    try {
      return await process.call(method, params, options);
    } catch (error) {
      // It was killed because another question did not end when it was cancelled.
      if (!process.hasIgnoredCancel || options?.signal?.aborted || this.disposed) throw error;
      return this.call(method, params, options);
    }
  };

  /** Starts the engine before the first question. The next caller gets the error if that fails. */
  warm(): void {
    this.started().catch((error: unknown) => this.log.debug(`Engine not started ahead: ${inDetail(error)}`));
  }

  /** Stops the engine if it runs, and starts another. */
  async restart(): Promise<EngineInfo> {
    this.crashTimes = [];
    await this.stop(t('The engine was restarted: ask again.'));
    return (await this.started()).ready;
  }

  /** Stops the engine and rejects every pending call with `reason`. The next question starts another. */
  async stop(reason: string): Promise<void> {
    const process = this.process;
    if (!process) return;
    this.process = undefined;
    this.set({ phase: 'stopped', message: reason });
    await process.stop(reason);
  }

  /** Stops the engine and starts no other. */
  async dispose(): Promise<void> {
    this.disposed = true;
    await this.stop(t('The window is closing.'));
  }

  private async started(): Promise<EngineProcess> {
    if (this.disposed) throw new UserError(t('The window is closing.'));
    const process = this.process?.isStopping === false ? this.process : this.launch();
    await process.ready;
    return process;
  }

  private launch(): EngineProcess {
    try {
      const process = this.create();
      this.process = process;
      this.set({ phase: 'starting', message: t('The engine is starting.') });
      void this.watchStart(process);
      void this.watchEnd(process);
      return process;
    } catch (error) {
      this.set({ phase: 'failed', message: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  private async watchStart(process: EngineProcess): Promise<void> {
    try {
      const info = await process.ready;
      if (this.process !== process) return;
      const { backend } = info;
      this.log.info(
        `Engine ${info.pid} is up: Node.js ${info.node}, ${backend.name} ${backend.version}, ${backend.threads} threads`,
      );
      this.set({ phase: 'up', message: t('The engine is running.'), info });
    } catch (error) {
      if (this.process !== process || process.isStopping) return;
      this.log.error(`The engine did not initialize: ${inDetail(error)}`);
      this.process = undefined;
      this.set({ phase: 'failed', message: error instanceof Error ? error.message : String(error) });
      await process.stop(t('The engine did not initialize.'));
    }
  }

  private async watchEnd(process: EngineProcess): Promise<void> {
    const reason = await process.ended;
    this.log.info(`Engine ${process.pid ?? '?'} ended: ${reason}`);
    if (process.isStopping) {
      if (this.process !== process) return;
      this.process = undefined;
      this.set({ phase: 'stopped', message: reason });
      return;
    }
    if (this.process === process) this.process = undefined;
    this.set({ phase: 'failed', message: reason });
    this.crashed.fire(reason);
    const time = this.now();
    this.crashTimes = [...this.crashTimes.filter((earlier) => time - earlier < CRASHES.window), time];
    if (!this.disposed && this.crashTimes.length < CRASHES.count) this.warm();
  }

  private set(state: EngineState): void {
    this.current = state;
    this.changed.fire(state);
  }
}
