import { SingleBar } from 'cli-progress';
import { clockedParts, type Progress, type RunClock } from '../../protocol/measure';
import { visible, visibleLines } from '../../protocol/visible';
import { progressParts } from '../../protocol/format';

/** Interval of progress lines where no bar can be drawn, in milliseconds. */
const LINE_INTERVAL_MS = 5_000;

/**
 * Writes results to stdout, and progress and messages to stderr: a bar on a terminal, plain lines elsewhere. The command
 * line writes only through this class, which escapes invisible characters, because names come from files of others.
 */
export class Terminal {
  private bar: SingleBar | undefined;
  private stage = '';
  private writtenAt = 0;

  constructor(
    private readonly out: NodeJS.WritableStream,
    private readonly err: NodeJS.WritableStream & { isTTY?: boolean },
  ) {}

  /**
   * Shows the progress of a stage; a new stage replaces the last.
   * @param clock that of the run to which the stage belongs: bar and time left are the whole run's
   */
  progress(progress: Progress, clock?: RunClock): void {
    if (this.err.isTTY) this.draw(progress, clock);
    else this.tell(progress, clock);
  }

  /** Prints one line on stderr, above the bar. */
  message(text: string): void {
    this.clear();
    this.err.write(`${visible(text)}\n`);
  }

  /** Prints the stack of an error, as `--verbose` asks for. */
  detail(text: string): void {
    this.clear();
    this.err.write(`${visibleLines(text)}\n`);
  }

  /** Prints help on stdout, as it is. */
  help(text: string): void {
    this.out.write(text);
  }

  /** Prints on stderr how a command is used wrongly. */
  misuse(text: string): void {
    this.err.write(visibleLines(text));
  }

  /** Prints the result on stdout, lines or one JSON document; resolves once it is written. */
  result(text: string): Promise<void> {
    this.clear();
    return new Promise((resolve, reject) => {
      this.out.write(`${visibleLines(text)}\n`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Removes the bar. */
  clear(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.stage = '';
  }

  private draw(progress: Progress, clock: RunClock | undefined): void {
    const { done, total } = clock ? { done: clock.share, total: 1 } : progress;
    const stage = visible(progress.stage);
    // The bar shows the share that is done.
    const pace = progressParts({ ...progress, total: 0 }, clock && (clock.secondsLeft ?? Number.NaN));
    const values = { stage, pace: pace.map((part) => ` | ${part}`).join('') };
    if (stage !== this.stage || !this.bar) {
      this.clear();
      this.stage = stage;
      this.bar = new SingleBar({
        format: '{stage} {bar} {percentage}%{pace}',
        stream: this.err,
        barCompleteChar: '#',
        barIncompleteChar: '-',
        barsize: 24,
        clearOnComplete: true,
        hideCursor: true,
        gracefulExit: false,
        linewrap: null,
      });
      this.bar.start(total, done, values);
    }
    this.bar.update(done, values);
    if (done >= total) this.clear();
  }

  private tell(progress: Progress, clock: RunClock | undefined): void {
    const { stage } = progress;
    const now = performance.now();
    const begins = stage !== this.stage;
    if (!begins && now - this.writtenAt < LINE_INTERVAL_MS) return;
    this.stage = stage;
    this.writtenAt = now;
    // A stage gets a line once it has run for a while.
    if (begins) return;
    this.err.write(`${visible(stage)}: ${clockedParts(progress, clock).join(', ')}\n`);
  }
}
