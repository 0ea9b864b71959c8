import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { CANCELLED, STOPPING_SIGNALS, type Begun, type StoppingSignal, type Stop } from './stopping';

/** Time for the work to end by itself after a signal before it is killed, in milliseconds. */
const GRACE_MS = 800;
/** Shows the cursor of a terminal, which a bar hides. */
const SHOW_CURSOR = '\u001b[?25h';

/**
 * Runs the command line's program in a separate process and returns its exit code. The program computes for seconds
 * without hearing a signal, in JavaScript or in a native library; this process hears the signal, asks the program to
 * stop, and kills it if it does not. The environment of the program has no `NODE_PATH`: its location decides what it
 * loads.
 * @param program the bundle to run with this Node
 */
export async function supervise(program: string, args: readonly string[]): Promise<number> {
  const env = { ...process.env };
  delete env['NODE_PATH'];
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  const work = new SupervisedWork(child);
  for (const signal of STOPPING_SIGNALS)
    process.on(signal, () => {
      work.stop(signal);
    });
  return work.ended;
}

class SupervisedWork {
  /** The exit code of this process, once the program has ended. */
  readonly ended: Promise<number>;
  private stoppedBy: StoppingSignal | undefined;
  private killed = false;
  private begun: Begun | undefined;

  constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => {
      this.begun = begunOf(message);
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        process.stderr.write(`Secateur cannot be started: ${error.message}\n`);
        resolve(1);
      });
      child.once('exit', (code, signal) => {
        resolve(this.exitCode(code, signal));
      });
    });
  }

  /** Asks the program to stop, and kills it if it does not do so soon, or on a second signal. */
  stop(signal: StoppingSignal): void {
    if (this.stoppedBy) {
      this.kill();
      return;
    }
    this.stoppedBy = signal;
    if (this.child.connected) this.child.send({ stop: signal } satisfies Stop, () => undefined);
    setTimeout(() => {
      this.kill();
    }, GRACE_MS).unref();
  }

  private kill(): void {
    this.killed = this.child.kill('SIGKILL');
  }

  private async exitCode(code: number | null, signal: NodeJS.Signals | null): Promise<number> {
    if (code !== null) return code;
    if (process.stderr.isTTY) process.stderr.write(SHOW_CURSOR);
    if (this.begun) await this.discard(this.begun);
    if (this.killed && this.stoppedBy) {
      process.stderr.write(`${CANCELLED}\n`);
      return 128 + constants.signals[this.stoppedBy];
    }
    process.stderr.write(
      `Secateur was ended by ${signal ?? 'the system'}, perhaps because memory ran out: a run that has whole epochs goes on with --resume.\n`,
    );
    return signal === null ? 1 : 128 + constants.signals[signal];
  }

  private async discard({ folder, made }: Begun): Promise<void> {
    // Loaded only now, because every command would wait for it.
    const { discardUnfinished } = await import('../recipe/folder/discard-unfinished');
    await discardUnfinished(folder, made).catch(() => undefined);
  }
}

/** Parses a message of the program about a run; undefined where the run left nothing half-done. */
function begunOf(message: unknown): Begun | undefined {
  if (typeof message !== 'object' || message === null || !('folder' in message) || !('made' in message))
    return undefined;
  const { folder, made } = message;
  return typeof folder === 'string' && typeof made === 'string' ? { folder, made } : undefined;
}
