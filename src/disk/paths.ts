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

/** The topmost missing folder on the way to a folder; undefined if the folder exists. */
export function topmostMissing(folder: string): string | undefined {
  let missing: string | undefined;
  for (let place = path.resolve(folder); !existsSync(place); place = path.dirname(place)) missing = place;
  return missing;
}
