import type { ChildProcess } from 'node:child_process';
import { engineRequests, type EngineInfo, type EngineRequests, type EngineSettings } from '../../protocol/engine';
import { CancelledError } from '../../protocol/errors';
import { Peer, type Client, type RequireTrust } from '../../rpc/peer';
import { childChannel } from './child-channel';
import { launchEngine, type LaunchOptions } from './launch';

/** Milliseconds that an engine has to end by itself before it is killed. */
const GRACE = 1000;
/** Milliseconds that an engine has to answer a cancelled call before it is killed: what computes hears of nothing. */
const CANCEL_PATIENCE = 1000;
/** Milliseconds that it has to come up. */
const START_PATIENCE = 60_000;

/** One engine process from its start to its end. */
export class EngineProcess {
  /** Calls the engine; everything that waits when the process ends is rejected with the reason. */
  readonly call: Client<EngineRequests>;
  /** Settles when the engine is initialised; rejects when it cannot be. */
  readonly ready: Promise<EngineInfo>;
  /** Resolves when the process is gone, with the sentence that says why. Never rejects. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private readonly peer: Peer;
  private stopping: Promise<string> | undefined;
  private over = false;
  private hasIgnored = false;

  /**
   * @param requireTrust asked before anything that runs a model or writes; left out: everything is allowed
   * @throws UserError when it cannot even be launched.
   */
  constructor(launch: LaunchOptions, settings: EngineSettings, requireTrust?: RequireTrust) {
    this.child = launchEngine(launch);
    const channel = childChannel(this.child);
    let end: (reason: string) => void = () => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    const onEnd = (reason: string): void => {
      this.over = true;
      end(reason);
    };
    this.peer = new Peer({
      ...channel,
      onClose: (listener) =>
        channel.onClose((reason) => {
          listener(reason);
          onEnd(reason);
        }),
    });
    const call = this.peer.client(engineRequests, requireTrust);
    this.call = (method, params, options) => this.answered(call(method, params, options), options?.signal);
    this.peer.listen();
    this.ready = this.initialize(settings);
    // Whoever calls waits for `ready` and hears of it; without a caller nobody has to.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** True from the moment it was told to end: such an end is no crash. */
  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  /** It was killed since it did not answer a cancelled call: what else it was asked is to be asked of another. */
  get hasIgnoredCancel(): boolean {
    return this.hasIgnored;
  }

  /** It ended without having been told to. */
  get hasCrashed(): boolean {
    return this.over && !this.isStopping;
  }

  /**
   * Ends it: everything that waits is rejected with `reason`, then the pipe closes, then it is killed.
   *
   * @param grace milliseconds that it has to end by itself
   */
  stop(reason: string, grace = GRACE): Promise<string> {
    this.stopping ??= this.end(reason, grace);
    return this.stopping;
  }

  private async initialize(settings: EngineSettings): Promise<EngineInfo> {
    const late = setTimeout(() => {
      void this.stop('The engine did not come up within a minute: see the log, then use "Restart Engine".');
    }, START_PATIENCE);
    try {
      return await this.call('initialize', settings);
    } finally {
      clearTimeout(late);
    }
  }

  /** Waits for an answer; once it is cancelled, not for long. */
  private async answered<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return answer;
    let killer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      killer = setTimeout(() => {
        if (this.isStopping) return;
        this.hasIgnored = true;
        void this.stop('The engine was ended, because it computed on after a cancel: ask again.', 0);
      }, CANCEL_PATIENCE);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await answer;
    } catch (error) {
      throw signal.aborted ? new CancelledError() : error;
    } finally {
      clearTimeout(killer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async end(reason: string, grace: number): Promise<string> {
    this.peer.close(reason);
    if (this.child.connected) this.child.disconnect();
    const killer = setTimeout(() => this.child.kill('SIGKILL'), grace);
    const why = await this.ended;
    clearTimeout(killer);
    return why;
  }
}
