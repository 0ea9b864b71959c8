/** Signals that ask to stop; the exit code is then 128 plus the number, as in shells. */
export const STOPPING_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StoppingSignal = (typeof STOPPING_SIGNALS)[number];

/** Message of the supervising process when it receives a signal. */
export interface Stop {
  readonly stop: StoppingSignal;
}

/** Message to the supervising process about a run that makes its folder. */
export interface Begun {
  readonly folder: string;
  /** The topmost folder that it makes. */
  readonly made: string;
}

/** The last line of a stopped command. */
export const CANCELLED = 'Cancelled; where whole epochs were written, the same command with --resume goes on.';
