import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { translated } from '../../protocol/l10n';
import { Notice } from './notice';

/** Things that a person asks for, of which the last may have failed. */
export interface Attempts {
  readonly attempt: (work: Promise<unknown>) => void;
  /** Says in a sentence why something cannot be done. */
  readonly refuse: (why: string) => void;
  /** Says why the last attempt failed; null: it did not. */
  readonly notice: ComponentChild;
}

/** Waits for what a person asks for, and says why it failed, until the next attempt. */
export function useAttempt(testId: string): Attempts {
  const [problem, setProblem] = useState<string | null>(null);
  return {
    attempt(work) {
      setProblem(null);
      work.catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
    },
    refuse: setProblem,
    notice: problem !== null && (
      <Notice kind="error" testId={testId}>
        {translated(problem)}
      </Notice>
    ),
  };
}
