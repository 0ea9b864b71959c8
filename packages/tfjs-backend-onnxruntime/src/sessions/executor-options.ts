import type { InternalOperators } from '../emit/internal-operators';

/** How graphs are compiled, and how many of them are kept. */
export interface ExecutorOptions {
  readonly threads: number;
  readonly operators: InternalOperators;
  readonly maxSessions: number;
  readonly maxSessionBytes: number;
}
