import { useEffect, useState } from 'preact/hooks';
import { CancelledError } from '../../protocol/errors';
import type { RecipeStep } from '../../protocol/steps';
import { ask } from '../state/host';
import { job } from '../state/session';

/** Milliseconds without a change of the steps before a folder is proposed. */
const SETTLED = 200;

/**
 * The proposed folder of a job, until the person types another name. `sparsity`: the result of a prune step; undefined while unknown.
 * `fault`: the fault of the typed name; `problem`: the reason why no name can be proposed.
 */
export function useFolder(steps: readonly RecipeStep[] | null, sparsity: number | null | undefined) {
  const [proposed, setProposed] = useState('');
  const [own, setOwn] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const fault = useFault(own);
  // A finished run took its folder, so the next one needs another.
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

/** The host's complaint about a name; null: none. */
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
