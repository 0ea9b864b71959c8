import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import type { PruneJob } from '../../protocol/panel';
import type { RunRequest } from '../runs/job';
import { besideFolder, checkFolderName, modelLabel } from './folderName';
import { pruneRecipe } from './recipe';

/**
 * The run of a Prune & write: a new folder beside the model.
 * @throws UserError when the folder's name will not do, or fine-tuning has no dataset.
 */
export function pruneRun(
  job: PruneJob,
  model: string,
  workspaceFolder: string | undefined,
  data: DataReference | undefined,
): RunRequest {
  const parent = besideFolder(model, workspaceFolder);
  checkFolderName(job.folder, (name) => existsSync(path.join(parent, name)));
  return {
    title: `Prune ${modelLabel(model)}`,
    recipe: pruneRecipe(job, model, data),
    baseFolder: path.dirname(model),
    out: path.join(parent, job.folder),
    resume: false,
  };
}
