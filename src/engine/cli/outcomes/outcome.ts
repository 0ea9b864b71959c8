import type { RunResult } from '../../../protocol/run';

/** The output of a command after its run. */
export interface Outcome {
  /** The document for `--json`. */
  readonly document: (result: RunResult) => unknown;
  readonly text: (result: RunResult) => string;
}
