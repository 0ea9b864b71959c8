import { existsSync } from 'node:fs';
import path from 'node:path';

/** True if `child` is this folder or lies in it. Both are absolute. */
export function isInside(child: string, folder: string): boolean {
  const relative = path.relative(folder, child);
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative));
}

/** A path for JSON: relative to `folder` if it lies in it, with `/` on every system. */
export function portablePath(file: string, folder: string): string {
  if (!isInside(file, folder)) return file;
  return path.relative(folder, file).split(path.sep).join('/') || '.';
}

/** Returns true for the path of a model's file; else it is that of a folder with a model.json. */
export const isModelFile = (given: string): boolean => /\.(json|secateur)$/.test(given);

/** The model's file at an absolute path: itself, or the model.json of a folder. */
export const modelFileAt = (given: string): string => (isModelFile(given) ? given : path.join(given, 'model.json'));

/** A person's name for a checkpoint: its folder for `model.json`, otherwise the file's own name. */
export function modelLabel(modelPath: string): string {
  const file = path.basename(modelPath);
  if (file.toLowerCase() === 'model.json') return path.basename(path.dirname(modelPath)) || 'model';
  return file.replace(/\.(json|secateur)$/i, '').replace(/\.model$/i, '') || 'model';
}

/** Folders of a run with checkpoints of its epochs, its plans and its state. */
const WITHIN_RUN = /[\\/](epochs|plans|state)[\\/](?:[^\\/]+[\\/]){0,3}(epoch|plan|step)-\d+[\\/][^\\/]+$/;

/** True for a checkpoint that a run wrote on its way, not as its outcome. */
export const isPartOfRun = (file: string): boolean => WITHIN_RUN.test(file);

/** The topmost missing folder on the way to a folder; undefined if the folder exists. */
export function topmostMissing(folder: string): string | undefined {
  let missing: string | undefined;
  for (let place = path.resolve(folder); !existsSync(place); place = path.dirname(place)) missing = place;
  return missing;
}
