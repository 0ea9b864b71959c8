import { EngineProcess } from '../child/engine-process';
import { topmostMissing } from '../disk/paths';
import type { EngineRequests, EngineSettings } from '../protocol/engine';
import { CancelledError } from '../protocol/errors';
import type { RunEvent, RunResult } from '../protocol/run';
import type { Client } from '../rpc/peer';
import type { ToolRun, ToolWorld } from '../tools/tool';

/** Milliseconds that cancelled runs have at the end of the server. */
const PATIENCE = 4000;

/**
 * The engines of a server: one for all questions, which starts with the first and again after a crash, and one for each run, so
 * that the end of one harms nothing else.
 */
export class Engines implements Pick<ToolWorld, 'ask' | 'run'> {
  private shared: EngineProcess | undefined;
  private readonly all = new Set<EngineProcess>();
  private readonly runs = new Set<Promise<RunResult>>();

  /** @param module the engine's bundle */
  constructor(
    private readonly module: string,
    private readonly settings: EngineSettings,
    private readonly log: (line: string) => void,
  ) {}

  readonly ask: Client<EngineRequests> = async (method, params, options) => {
    if (!this.shared || this.shared.hasEnded) this.shared = this.start();
    const engine = this.shared;
    try {
      await engine.ready;
    } catch (error) {
      await engine.stop('The engine did not initialize.');
      throw error;
    }
    try {
      return await engine.call(method, params, options);
    } catch (error) {
      // It was killed because another question did not end when it was cancelled.
      if (!engine.hasIgnoredCancel || options?.signal?.aborted) throw error;
      return this.ask(method, params, options);
    }
  };

  readonly run: ToolWorld['run'] = async (request, signal, onEvent) => {
    const running = this.work(request, signal, onEvent);
    this.runs.add(running);
    return running.finally(() => this.runs.delete(running));
  };

  /** Ends all engines. Runs that were cancelled get time to clean up. */
  async close(): Promise<void> {
    await Promise.race([Promise.allSettled(this.runs), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    await Promise.all([...this.all].map((engine) => engine.stop('The server is closing.')));
  }

  private async work(request: ToolRun, signal: AbortSignal, onEvent: (event: RunEvent) => void): Promise<RunResult> {
    const made = topmostMissing(request.out);
    const engine = this.start();
    try {
      await engine.ready;
      return await engine.call('run', { ...request }, { signal, onProgress: onEvent });
    } catch (error) {
      throw signal.aborted ? new CancelledError() : error;
    } finally {
      await engine.stop('The run has ended.');
      if (engine.hasIgnoredCancel && made !== undefined)
        await this.ask('discard', { out: request.out, made }).catch((error: unknown) =>
          this.log(`"${request.out}" was not cleaned: ${String(error)}`),
        );
    }
  }

  private start(): EngineProcess {
    const engine = new EngineProcess({ module: this.module, log: { info: this.log } }, this.settings);
    this.all.add(engine);
    void engine.ended.then(() => this.all.delete(engine));
    return engine;
  }
}
