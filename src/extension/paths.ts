import path from 'node:path';

/** Is `child` this folder or something in it? Both absolute. */
export function isInside(child: string, folder: string): boolean {
  const relative = path.relative(folder, child);
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative));
}

/** A path as it is written into JSON: relative to `folder` where it lies in it, with `/` on every system. */
export function portablePath(file: string, folder: string): string {
  if (!isInside(file, folder)) return file;
  return path.relative(folder, file).split(path.sep).join('/') || '.';
}
