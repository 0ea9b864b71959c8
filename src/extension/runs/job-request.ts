import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import type { RecipeJob } from '../../protocol/panel';
import type { RunRequest } from './run-job';
import { besideFolder, checkFolderName, modelLabel } from './folder-name';
import { jobRecipe } from './job-recipe';
import { jobTitle } from './job-name';

/**
 * The request for a panel's job: a run into a new folder beside the model.
 * @throws UserError if the folder's name is not valid
 */
export function jobRun(
  job: RecipeJob,
  model: string,
  workspaceFolder: string | undefined,
  data: DataReference | undefined,
): RunRequest {
  const parent = besideFolder(model, workspaceFolder);
  checkFolderName(job.folder, (name) => existsSync(path.join(parent, name)));
  return {
    title: jobTitle(job.steps, modelLabel(model)),
    recipe: jobRecipe(job, model, data),
    baseFolder: path.dirname(model),
    out: path.join(parent, job.folder),
    resume: false,
  };
}
