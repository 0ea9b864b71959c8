import path from 'node:path';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import { isInside } from '../../disk/paths';

export { modelLabel } from '../../disk/paths';

/** Names that Windows cannot make, with any ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/**
 * The folder for a new checkpoint beside this one: beside the folder of a `model.json`, unless that is outside the workspace
 * folder; otherwise the checkpoint's own folder.
 */
export function besideFolder(modelPath: string, workspaceFolder: string | undefined): string {
  const own = path.dirname(modelPath);
  if (path.basename(modelPath).toLowerCase() !== 'model.json') return own;
  const above = path.dirname(own);
  if (workspaceFolder !== undefined && isInside(own, workspaceFolder) && !isInside(above, workspaceFolder)) return own;
  return above;
}

/** The first free name of `name`, `name-2`, `name-3` … */
export function freeName(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  for (let next = 2; ; next++) if (!taken(`${name}-${next}`)) return `${name}-${next}`;
}

/** The fault of a folder's name, as one sentence; undefined if it is fine. */
export function folderNameProblem(name: string, taken: (name: string) => boolean): string | undefined {
  if (name.trim() === '') return t('Give the new folder a name.');
  if (name !== name.trim()) return t('A folder name may not begin or end with a space.');
  if (name === '.' || name === '..' || /[\\/]/.test(name) || path.isAbsolute(name))
    return t('"{0}" is not a plain name: leave out separators.', name);
  if (/[<>:"|?*\u0000-\u001f]/.test(name) || RESERVED.test(name) || name.endsWith('.'))
    return t('"{0}" is not a name that every system can make: leave out <>:"|?* and a final point.', name);
  if (name.length > 120) return t('The name is too long: use at most 120 characters.');
  if (taken(name)) return t('"{0}" exists: choose another name, because nothing is overwritten.', name);
  return undefined;
}

/** @throws UserError with the fault of a folder's name, if it has one */
export function checkFolderName(name: string, taken: (name: string) => boolean): void {
  const problem = folderNameProblem(name, taken);
  if (problem !== undefined) throw new UserError(problem);
}
