import path from 'node:path';
import * as vscode from 'vscode';
import writeFileAtomic from 'write-file-atomic';
import { readDetails } from '../../disk/run-details';
import { UserError } from '../../protocol/errors';
import { t } from '../../protocol/l10n';
import { NOTES_FILE, RunNotes } from '../../protocol/run-notes';
import { runContext, type RunAction, type RunTableRequests } from '../../protocol/runs-page';
import type { Handlers } from '../../rpc/peer';
import { COMMANDS } from '../constants';
import { goneRun } from './gone-run';
import { nameOf, type KnownRun, type RunList } from './run-list';

const COMMAND_OF: Readonly<Record<RunAction, string>> = {
  evaluate: COMMANDS.evaluateRun,
  compare: COMMANDS.compare,
  resume: COMMANDS.resumeRun,
  reveal: COMMANDS.revealRun,
  rename: COMMANDS.renameRun,
  delete: COMMANDS.deleteRun,
};

/** Answers a page with a table of runs. */
export function runTableHandlers(list: RunList): Handlers<RunTableRequests> {
  const known = async (folders: readonly string[]): Promise<KnownRun[]> => {
    const all = new Map((await list.all()).map((run) => [run.folder, run]));
    return folders.map((folder) => {
      const run = all.get(folder);
      if (!run) throw goneRun(folder);
      return run;
    });
  };
  return {
    details: async ({ folders }) =>
      Promise.all((await known(folders)).map(({ folder }) => readDetails(folder, nameOf))),
    async noteRun({ folder, tags, note }) {
      const [run] = await known([folder]);
      if (run?.hasBrokenNotes)
        throw new UserError(
          t('{0} in {1} cannot be read: put it right or delete it, so that nothing in it is lost.', NOTES_FILE, path.basename(folder)), // prettier-ignore
        );
      const notes = RunNotes.parse({ tags: [...new Set(tags)], note });
      await writeFileAtomic(path.join(folder, NOTES_FILE), `${JSON.stringify(notes, null, 2)}\n`);
      await list.all();
      return null;
    },
    async actOnRun({ action, folders }) {
      const contexts = (await known(folders)).map(({ row }) => runContext(row));
      // The command shows its own questions, progress and errors.
      void vscode.commands.executeCommand(COMMAND_OF[action], contexts[0], contexts);
      return null;
    },
  };
}
