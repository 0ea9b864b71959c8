import type { ChildProcess } from 'node:child_process';
import { t, translated } from '../protocol/l10n';
import { engineRequests, type EngineInfo, type EngineRequests, type EngineSettings } from '../protocol/engine';
import { CancelledError, UserError } from '../protocol/errors';
import { Peer, type Client, type RequireTrust } from '../rpc/peer';
import { childChannel } from './child-channel';
import { launchEngine, type LaunchOptions } from './launch';

/** Milliseconds that an engine has to exit before it is killed. */
const GRACE = 1000;
/** Milliseconds that an engine has to answer a cancelled call before it is killed: a busy engine cannot react. */
const CANCEL_PATIENCE = 1000;
/** Milliseconds that an engine has to initialize. */
const START_PATIENCE = 60_000;

/** The engine speaks English; its sentences for the person are translated where they enter this process. */
async function inTheirLanguage<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const words = error instanceof UserError ? translated(error.message) : undefined;
    if (!(error instanceof UserError) || words === undefined || words === error.message) throw error;
    throw new UserError(words, { cause: error, at: error.at });
  }
}

/** One engine process from its start to its end. */
export class EngineProcess {
  /** Calls the engine. When the process ends, every pending call is rejected with the reason. */
  readonly call: Client<EngineRequests>;
  /** Settles when the engine is initialized; rejects if that fails. */
  readonly ready: Promise<EngineInfo>;
  /** Resolves with the reason, as a sentence, when the process is gone. Never rejects. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private readonly peer: Peer;
  private stopping: Promise<string> | undefined;
  private over = false;
  private hasIgnored = false;

  /**
   * @param requireTrust called before anything that runs a model or writes; without it everything is allowed
   * @throws UserError if the process cannot be launched
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
    // A caller waits for `ready` and gets the error; without a caller nobody needs it.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** True from the call of `stop`: such an end is no crash. */
  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  /** True if it is gone or going: ask another one. */
  get hasEnded(): boolean {
    return this.over || this.isStopping;
  }

  /** True if it was killed because it did not answer a cancelled call. Ask another engine the other questions again. */
  get hasIgnoredCancel(): boolean {
    return this.hasIgnored;
  }

  /** True if it ended by itself. */
  get hasCrashed(): boolean {
    return this.over && !this.isStopping;
  }

  /**
   * Ends the process: rejects every pending call with `reason`, closes the pipe, then kills it.
   *
   * @param grace milliseconds that it has to exit by itself
   */
  stop(reason: string, grace = GRACE): Promise<string> {
    this.stopping ??= this.end(reason, grace);
    return this.stopping;
  }

  private async initialize(settings: EngineSettings): Promise<EngineInfo> {
    const late = setTimeout(() => {
      void this.stop(t('The engine did not come up within a minute: see the log, then use "Restart Engine".'));
    }, START_PATIENCE);
    try {
      return await this.call('initialize', settings);
    } finally {
      clearTimeout(late);
    }
  }

  /** Waits for an answer; after a cancel, only for a short time. */
  private async answered<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return inTheirLanguage(answer);
    let killer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      killer = setTimeout(() => {
        if (this.isStopping) return;
        this.hasIgnored = true;
        void this.stop(t('The engine did not react to a cancel, so it was stopped: ask again.'), 0);
      }, CANCEL_PATIENCE);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await inTheirLanguage(answer);
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
