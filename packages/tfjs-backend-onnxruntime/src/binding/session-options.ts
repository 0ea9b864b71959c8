import type { SessionOptions } from './types';

/** Returns the session options of a graph. */
export function sessionOptions(threads: number, enableMemPattern = false): SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4, // Errors are exceptions; the library need not print them.
    // Spinning threads are a little faster on an idle machine and much slower on a busy one.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
