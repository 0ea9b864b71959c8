/** Counts, and wakes who waits for a count. */
export class Counter {
  private count = 0;
  private ended = false;
  private wake: (() => void) | undefined;

  add(more: number): void {
    this.count += more;
    this.wake?.();
  }

  /** Nothing more is counted. */
  end(): void {
    this.ended = true;
    this.wake?.();
  }

  /** Waits for a count; returns false where it ended below. */
  async atLeast(count: number): Promise<boolean> {
    while (this.count < count && !this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.count >= count;
  }
}
