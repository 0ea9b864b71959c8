import type { Progress } from '../protocol/measure';

/** Shortest time between two reports, in milliseconds. */
const INTERVAL_MS = 100;
/** Weight of the newest interval in the smoothed rate. */
const SMOOTHING = 0.2;

/** Counts units of a long task and reports progress at most ten times a second, and once at the end. */
export class ProgressMeter {
  private done = 0;
  private reportedAt = performance.now();
  private reportedDone = 0;
  private rate = 0;

  /** @param total in `unit`s */
  constructor(
    private readonly stage: string,
    private total: number,
    private readonly unit: string,
    private readonly onProgress?: (progress: Progress) => void,
  ) {}

  /** Adds `units` that are done. Returns true when it reported. */
  advance(units: number): boolean {
    this.done += units;
    const now = performance.now();
    const elapsed = now - this.reportedAt;
    if (!this.onProgress || (elapsed < INTERVAL_MS && this.done < this.total)) return false;
    const latest = ((this.done - this.reportedDone) / Math.max(elapsed, 1)) * 1000;
    this.rate = this.rate === 0 ? latest : this.rate + SMOOTHING * (latest - this.rate);
    this.reportedAt = now;
    this.reportedDone = this.done;
    const { stage, done, total, unit, rate } = this;
    this.onProgress({ stage, done, total, unit, rate, secondsLeft: rate > 0 ? Math.max(0, total - done) / rate : 0 });
    return true;
  }

  /** Takes `units` off the total, because they need not be done. */
  shorten(units: number): void {
    this.total -= units;
  }
}
