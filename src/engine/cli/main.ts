import { constants } from 'node:os';
import * as z from 'zod';
import { execute } from './execute';
import { STOPPING_SIGNALS, type StoppingSignal } from './stopping';
import { Terminal } from './terminal';

/**
 * Performs the command that this process was started for, and returns its exit code. Signals stop it.
 * @param bundle file of the command line's bundle
 */
export function main(args: readonly string[], bundle: string): Promise<number> {
  const terminal = new Terminal(process.stdout, process.stderr);
  const abort = new AbortController();
  const stoppedBy = stopOnSignals(abort, terminal);
  return execute(args, { bundle, terminal, signal: abort.signal, stoppedBy });
}

/** A message from the supervising process. */
const Stop = z.object({ stop: z.enum(STOPPING_SIGNALS) });

/**
 * Asks the work to stop at the first signal, own or from the supervising process. A second signal ends the process;
 * where it is supervised, the other process does that.
 */
function stopOnSignals(abort: AbortController, terminal: Terminal): () => StoppingSignal | undefined {
  let received: StoppingSignal | undefined;
  const stop = (signal: StoppingSignal): void => {
    received = signal;
    terminal.message('Stopping… Press Ctrl+C again to quit now.');
    abort.abort();
  };
  for (const signal of STOPPING_SIGNALS) {
    process.on(signal, () => {
      if (!received) stop(signal);
      else if (process.send === undefined) process.exit(128 + constants.signals[signal]);
    });
  }
  process.on('message', (message) => {
    const told = Stop.safeParse(message);
    // A terminal sends its signal to both processes.
    if (told.success && !received) stop(told.data.stop);
  });
  // Listening alone must not keep this process alive.
  process.channel?.unref();
  return () => received;
}
