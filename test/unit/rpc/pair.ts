import type { Channel } from '../../../src/rpc/channel';

/** The two ends of a pipe in memory. Messages travel as text, so that only JSON gets through. */
export function channelPair(): { left: TestChannel; right: TestChannel } {
  const left = new TestChannel();
  const right = new TestChannel();
  left.other = right;
  right.other = left;
  return { left, right };
}

export class TestChannel implements Channel {
  other: TestChannel | undefined;
  /** If set, each send throws it, like the pipe of a process that has just died. */
  broken: Error | undefined;
  private listener: ((message: unknown) => void) | undefined;
  private closed: ((reason: string) => void) | undefined;

  send(message: unknown): void {
    if (this.broken) throw this.broken;
    const text = JSON.stringify(message);
    setImmediate(() => this.other?.listener?.(JSON.parse(text)));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
  }

  close(reason: string): void {
    this.closed?.(reason);
  }
}
