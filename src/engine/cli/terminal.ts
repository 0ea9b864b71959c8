import { SingleBar } from 'cli-progress';
import type { Progress } from '../../protocol/measure';
import { visible, visibleLines } from '../../protocol/visible';
import { progressParts } from '../../protocol/format';

/** Where no bar can be drawn a line is written this often: milliseconds. */
const LINE_INTERVAL_MS = 5_000;

/**
 * Results go to stdout; progress and messages to stderr, as a bar on a terminal and as plain lines elsewhere. Everything that
 * the command line writes goes through here, and what is not seen in it is escaped: names come from files of others.
 */
export class Terminal {
  private bar: SingleBar | undefined;
  private stage = '';
  private writtenAt = 0;

  constructor(
    private readonly out: NodeJS.WritableStream,
    private readonly err: NodeJS.WritableStream & { isTTY?: boolean },
  ) {}

  /** Shows how far a stage is; a new stage takes the place of the last. */
  progress(progress: Progress): void {
    if (this.err.isTTY) this.draw(progress);
    else this.tell(progress);
  }

  /** One line on stderr, above the bar. */
  message(text: string): void {
    this.clear();
    this.err.write(`${visible(text)}\n`);
  }

  /** What is told of an error with `--verbose`: its stack, on lines of its own. */
  detail(text: string): void {
    this.clear();
    this.err.write(`${visibleLines(text)}\n`);
  }

  /** The result on stdout, lines or one JSON document; resolves once it is written. */
  result(text: string): Promise<void> {
    this.clear();
    return new Promise((resolve, reject) => {
      this.out.write(`${visibleLines(text)}\n`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Takes the bar away. */
  clear(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.stage = '';
  }

  private draw(progress: Progress): void {
    const { done, total } = progress;
    const stage = visible(progress.stage);
    // The bar shows how much is done.
    const pace = progressParts({ ...progress, total: 0 });
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

  private tell(progress: Progress): void {
    const { stage } = progress;
    const now = performance.now();
    const begins = stage !== this.stage;
    if (!begins && now - this.writtenAt < LINE_INTERVAL_MS) return;
    this.stage = stage;
    this.writtenAt = now;
    // A stage is worth a line once it has gone on for a while.
    if (begins) return;
    this.err.write(`${visible(stage)}: ${progressParts(progress).join(', ')}\n`);
  }
}
