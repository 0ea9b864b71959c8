import { existsSync } from 'node:fs';
import path from 'node:path';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import { RunContext } from '../../protocol/runs-page';
import { goneRun } from './gone-run';
import type { ChosenRuns } from './runs-view';
import type { KnownRun, RunList } from './run-list';
import { isRunItem } from './run-item';

/** The services that find the run of a command. */
export interface TargetTools {
  readonly runList: Pick<RunList, 'find' | 'soon'>;
  /** The chosen runs of the view, for commands by key. */
  readonly chosenRuns: Pick<ChosenRuns, 'items'>;
}

/** The folders of runs in the targets of a command: items of the view, or rows of a page. */
export const foldersOf = (targets: readonly unknown[]): string[] =>
  targets.flatMap((target) => {
    if (isRunItem(target)) return [target.run.folder];
    const row = RunContext.safeParse(target);
    return row.success ? [row.data.runFolder] : [];
  });

/** The run of a command as it is now: its target, or else the chosen one. @throws UserError if there is none, or it is gone */
export async function runOf({ runList, chosenRuns }: TargetTools, target: unknown): Promise<KnownRun> {
  const [folder, second] = foldersOf(target === undefined ? chosenRuns.items : [target]);
  if (folder === undefined || second !== undefined)
    throw new UserError(t('Choose one run in the view of runs in the explorer, or in the table of runs.'));
  if (!existsSync(folder)) {
    runList.soon();
    throw goneRun(folder);
  }
  const run = await runList.find(folder);
  if (!run) throw new UserError(t('{0} holds no run any more.', path.basename(folder)));
  return run;
}

/** The checkpoint of a run. @throws UserError if it has none */
export function modelOfRun({ model, folder, problem, state }: KnownRun): string {
  if (model !== undefined) return model;
  const name = path.basename(folder);
  throw new UserError(
    state === 'damaged'
      ? t('{0} has no checkpoint that can be opened. {1}', name, problem ?? '')
      : t('{0} has no checkpoint yet: resume the run first.', name),
  );
}
