/** The part of a LogOutputChannel that the extension uses; tests pass their own. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A log that a person can open. */
export interface LogWindow extends Log {
  show(preserveFocus?: boolean): void;
}

/** An error with its stack and all causes, for the log. */
export function inDetail(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by ${inDetail(error.cause)}`;
}
