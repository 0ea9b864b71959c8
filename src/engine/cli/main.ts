import { constants } from 'node:os';
import { CommanderError } from 'commander';
import * as z from 'zod';
import { CancelledError, UserError } from '../../protocol/errors';
import { normalizationName, type NormalizationTrial } from '../../protocol/normalization';
import { percent } from '../../protocol/format';
import { UndecidedNormalization } from '../measure/normalization/undecided';
import { localEngine } from './engine';
import { createProgram } from './program';
import { CANCELLED, STOPPING_SIGNALS, type StoppingSignal } from './stopping';
import { table } from './table';
import { Terminal } from './terminal';

declare const SECATEUR_VERSION: string;

const FAILURE = 1;
const WRONG_USE = 2;

/**
 * Runs the command line. Returns the exit code: 0, 1 for a failure, 2 for wrong use, and 128 plus the number of the
 * signal after a signal, as shells do. A failure is one sentence, alone on the last line of stderr.
 * @param bundle file of the command line's bundle
 */
export async function main(args: readonly string[], bundle: string): Promise<number> {
  const terminal = new Terminal(process.stdout, process.stderr);
  const abort = new AbortController();
  const stoppedBy = stopOnSignals(abort, terminal);
  const verbose = args.includes('--verbose');
  const commands = createProgram(SECATEUR_VERSION, async (options, work) => {
    const log = (message: string): void => {
      if (verbose) terminal.message(message);
    };
    await work(
      localEngine(bundle, options, abort.signal, log, (sentence) => terminal.message(sentence)),
      terminal,
    );
  });
  try {
    await commands.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
    if (verbose) terminal.detail(explain(error));
    if (error instanceof UndecidedNormalization) terminal.detail(trialTable(error.trial));
    terminal.message(sentenceOf(error));
    return error instanceof CancelledError ? 128 + constants.signals[stoppedBy() ?? 'SIGINT'] : FAILURE;
  } finally {
    terminal.clear();
  }
}

/** Formats the normalizations that were tried, for a person to choose from. */
function trialTable({ tried }: NormalizationTrial): string {
  const right = true;
  return table(
    [{ heading: 'normalization' }, { heading: 'accuracy', right }, { heading: 'loss', right }],
    tried.map((one) => [normalizationName(one), percent(one.accuracy, 1), one.loss?.toFixed(4) ?? 'no number']),
  );
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

function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof CancelledError) return CANCELLED;
  const message = error instanceof Error ? error.message : String(error);
  return `Internal error (${message.replaceAll(/\s+/g, ' ')}): run again with --verbose for details.`;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${explain(error.cause)}`}`;
}
