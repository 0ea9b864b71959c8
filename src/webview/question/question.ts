import { signal, type ReadonlySignal } from '@preact/signals';
import { t } from '../../protocol/l10n';
import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';

interface Asking {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** A long question to the extension host: its answer, its progress, and its error. */
export interface Question<T> {
  readonly answer: ReadonlySignal<T | null>;
  /** Null while nobody waits for an answer. */
  readonly running: ReadonlySignal<{ progress: Progress | null } | null>;
  readonly problem: ReadonlySignal<string | null>;
  /** True if the problem is that somebody cancelled. */
  readonly isCancelled: ReadonlySignal<boolean>;
  /** Asks the question even if the answer is known; one at a time. */
  readonly ask: () => Promise<void>;
  readonly cancel: () => void;
  /** Forgets answer and error, for another question. */
  readonly forget: () => void;
}

/** A question that has not been asked yet. */
export function question<T>(put: (asking: Asking, known: T | null) => Promise<T>): Question<T> {
  const answer = signal<T | null>(null);
  const running = signal<{ progress: Progress | null } | null>(null);
  const problem = signal<string | null>(null);
  const isCancelled = signal(false);
  let abort: AbortController | undefined;
  return {
    answer,
    running,
    problem,
    isCancelled,
    ask: async () => {
      if (running.value) return;
      abort = new AbortController();
      running.value = { progress: null };
      problem.value = null;
      isCancelled.value = false;
      try {
        const onProgress = (progress: Progress) => (running.value = { progress });
        answer.value = await put({ signal: abort.signal, onProgress }, answer.value);
      } catch (error) {
        isCancelled.value = error instanceof CancelledError;
        problem.value = isCancelled.value ? t('Cancelled.') : error instanceof Error ? error.message : String(error);
      } finally {
        running.value = null;
      }
    },
    cancel: () => abort?.abort(),
    forget: () => {
      answer.value = null;
      problem.value = null;
      isCancelled.value = false;
    },
  };
}
