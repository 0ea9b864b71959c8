import type { Progress } from '../protocol/measure';

/** Progress is told at most this often: milliseconds. */
const INTERVAL_MS = 100;
/** Weight of the newest interval in the smoothed rate. */
const SMOOTHING = 0.2;

/** Counts units of a long task and tells how far it is, at most ten times a second, and once at its end. */
export class Pace {
  private done = 0;
  private toldAt = performance.now();
  private toldDone = 0;
  private rate = 0;

  /** `total` in `unit`s; without `onProgress` nothing is told. */
  constructor(
    private readonly stage: string,
    private total: number,
    private readonly unit: string,
    private readonly onProgress?: (progress: Progress) => void,
  ) {}

  /** `units` more are done; true when the listener was told. */
  advance(units: number): boolean {
    this.done += units;
    const now = performance.now();
    const elapsed = now - this.toldAt;
    if (!this.onProgress || (elapsed < INTERVAL_MS && this.done < this.total)) return false;
    const latest = ((this.done - this.toldDone) / Math.max(elapsed, 1)) * 1000;
    this.rate = this.rate === 0 ? latest : this.rate + SMOOTHING * (latest - this.rate);
    this.toldAt = now;
    this.toldDone = this.done;
    const { stage, done, total, unit, rate } = this;
    this.onProgress({ stage, done, total, unit, rate, secondsLeft: rate > 0 ? Math.max(0, total - done) / rate : 0 });
    return true;
  }

  /** `units` will not have to be done after all. */
  shorten(units: number): void {
    this.total -= units;
  }
}
