import type { SessionOptions } from './types';

/** The session options of all graphs. */
export function sessionOptions(threads: number, enableMemPattern = false): SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4, // Errors reach the caller as exceptions; the library need not print them as well.
    // Threads that spin between operators are a little faster on an idle machine and ruinous on a busy one.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
