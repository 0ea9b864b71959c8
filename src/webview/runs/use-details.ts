import { useEffect, useState } from 'preact/hooks';
import type { RunDetails, RunRow } from '../../protocol/runs-page';
import { askAboutRuns } from '../state/host';

/** The most runs whose recipes and curves are asked for. */
export const MOST_CHOSEN = 12;

/** Recipes and curves of chosen runs, in their order, as far as they are there. They are asked for again when a run changes. */
export function useDetails(runs: readonly RunRow[]): { details: readonly RunDetails[]; problem: string | null } {
  const [known, setKnown] = useState<ReadonlyMap<string, RunDetails>>(new Map());
  const [problem, setProblem] = useState<string | null>(null);
  const asked = runs.slice(0, MOST_CHOSEN);
  const keys = asked.map((run) => `${run.folder} ${run.state} ${run.when}`).join('\n');
  useEffect(() => {
    if (asked.length === 0) return;
    const abort = new AbortController();
    askAboutRuns('details', { folders: asked.map(({ folder }) => folder) }, { signal: abort.signal }).then(
      (answers) => {
        setProblem(null);
        setKnown(new Map(answers.map((one) => [one.folder, one])));
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => abort.abort();
  }, [keys]);
  return { details: asked.flatMap(({ folder }) => known.get(folder) ?? []), problem };
}
