import { useEffect, useState } from 'preact/hooks';
import { CancelledError } from '../../protocol/errors';
import type { RecipeStep } from '../../protocol/steps';
import { ask } from '../state/host';
import { job } from '../state/session';

/** Milliseconds without a change of the steps before a folder is proposed for them. */
const SETTLED = 200;

/**
 * The folder proposed for a job, until the person writes another name. `sparsity`: what a prune step comes to; undefined while it is counted.
 * `fault`: what is wrong with the name that the person wrote; `problem`: why none can be proposed.
 */
export function useFolder(steps: readonly RecipeStep[] | null, sparsity: number | null | undefined) {
  const [proposed, setProposed] = useState('');
  const [own, setOwn] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const fault = useFault(own);
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
  return { folder: own ?? proposed, write: setOwn, problem, fault };
}

/** What the host has against a name; null: nothing. */
function useFault(name: string | null): string | null {
  const [found, setFound] = useState<{ name: string; fault: string | null } | null>(null);
  useEffect(() => {
    if (name === null) return;
    const abort = new AbortController();
    ask('checkFolder', { folder: name.trim() }, { signal: abort.signal })
      .then(({ fault }) => setFound({ name, fault }))
      .catch(() => undefined);
    return () => abort.abort();
  }, [name]);
  return found?.name === name ? found.fault : null;
}
