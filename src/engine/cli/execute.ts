import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { CancelledError, UserError } from '../../protocol/errors';
import { METRICS } from '../../protocol/metric';
import { normalizationName, triedText, type NormalizationTrial } from '../../protocol/normalization';
import { UndecidedNormalization } from '../measure/normalization/undecided';
import { localEngine } from './engine';
import { createProgram } from './program';
import { CANCELLED, type StoppingSignal } from './stopping';
import { table } from './table';
import type { Terminal } from './terminal';

declare const SECATEUR_VERSION: string;

const FAILURE = 1;
const WRONG_USE = 2;

/** The surroundings of one command. */
export interface Surroundings {
  /** Bundle of the command line: the folder of the sample and a tfjs-node are searched from its place. */
  readonly bundle: string;
  readonly terminal: Terminal;
  /** Cancels the work. */
  readonly signal: AbortSignal;
  /** Returns the signal of the system that cancelled the work, if one did. */
  readonly stoppedBy: () => StoppingSignal | undefined;
}

/**
 * Performs one command in this process. Returns the exit code: 0, 1 for a failure, 2 for wrong use, and 128 plus the
 * number of the signal after a signal, as shells do. A failure is one sentence, alone on the last line of stderr.
 */
export async function execute(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { bundle, terminal, signal, stoppedBy } = surroundings;
  const verbose = args.includes('--verbose');
  const log = (message: string): void => {
    if (verbose) terminal.message(message);
  };
  const commands = createProgram(
    SECATEUR_VERSION,
    (options, work) =>
      work(
        localEngine(bundle, options, signal, log, (sentence) => terminal.message(sentence)),
        terminal,
      ),
    terminal,
    args[0],
  );
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
  const name = tried.find(({ metric }) => metric)?.metric?.name ?? 'accuracy';
  return table(
    [{ heading: 'normalization' }, { heading: METRICS[name].words, right }, { heading: 'loss', right }],
    tried.map((one) => [normalizationName(one), triedText(one), one.loss?.toFixed(4) ?? 'no number']),
  );
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
