import type { RunResult } from '../../../protocol/run';

/** What a command prints of the run that it made. */
export interface Outcome {
  /** For `--json`. */
  readonly document: (result: RunResult) => unknown;
  readonly text: (result: RunResult) => string;
}
