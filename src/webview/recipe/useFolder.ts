import { useEffect, useState } from 'preact/hooks';
import { CancelledError } from '../../protocol/errors';
import type { RecipeStep } from '../../protocol/steps';
import { ask } from '../state/host';
import { job } from '../state/session';

/** Milliseconds without a change of the steps before a folder is proposed for them. */
const SETTLED = 200;

/** The folder proposed for a job, until the person writes another name. `sparsity`: what a prune step comes to; undefined while it is counted. */
export function useFolder(steps: readonly RecipeStep[] | null, sparsity: number | null | undefined) {
  const [proposed, setProposed] = useState('');
  const [own, setOwn] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // A run that has ended took its folder: the next one needs another.
  const ended = job.value?.status === 'done';
  useEffect(() => {
    if (!steps || sparsity === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask('proposeFolder', { steps: [...steps], sparsity }, { signal: abort.signal })
        .then(({ folder }) => {
          setProposed(folder);
          setProblem(null);
        })
        .catch((error: unknown) => {
          if (!(error instanceof CancelledError)) setProblem(error instanceof Error ? error.message : String(error));
        });
    }, SETTLED);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [steps, sparsity, ended]);
  useEffect(() => {
    if (ended) setOwn(null);
  }, [ended]);
  return { folder: own ?? proposed, write: setOwn, problem };
}
