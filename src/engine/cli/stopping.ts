/** Signals that ask to stop; as shells have it the exit code is then 128 and the number. */
export const STOPPING_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StoppingSignal = (typeof STOPPING_SIGNALS)[number];

/** What the supervising process tells the program when it got a signal. */
export interface Stop {
  readonly stop: StoppingSignal;
}

/** What the program tells the supervising process of a run that makes its folder. */
export interface Begun {
  readonly folder: string;
  /** The topmost folder that it has to make. */
  readonly made: string;
}

/** The last line of a command that was stopped. */
export const CANCELLED = 'Cancelled; where whole epochs were written, the same command with --resume goes on.';
