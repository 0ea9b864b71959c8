import type { InternalOperators } from '../emit/internal-operators';

/** Options for compiling graphs, and limits for keeping them. */
export interface ExecutorOptions {
  readonly threads: number;
  readonly operators: InternalOperators;
  readonly maxSessions: number;
  readonly maxSessionBytes: number;
}
