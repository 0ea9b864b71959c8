import fs from 'node:fs';
import path from 'node:path';

/**
 * Functions of `fs` and `fs.promises` by what they do with their paths. `follow`: the last link of the path is followed;
 * `entry`: the entry itself is meant.
 */
const WATCHED: Readonly<Record<string, readonly ('follow' | 'entry')[]>> = {
  access: ['follow'],
  appendFile: ['follow'],
  chmod: ['follow'],
  copyFile: ['follow', 'follow'],
  cp: ['follow', 'follow'],
  createReadStream: ['follow'],
  createWriteStream: ['follow'],
  link: ['follow', 'entry'],
  mkdir: ['entry'],
  open: ['follow'],
  opendir: ['follow'],
  readFile: ['follow'],
  readdir: ['follow'],
  rename: ['entry', 'entry'],
  rm: ['entry'],
  rmdir: ['entry'],
  symlink: ['entry', 'entry'],
  truncate: ['follow'],
  unlink: ['entry'],
  utimes: ['follow'],
  writeFile: ['follow'],
};

const realpath = fs.realpathSync.native;
const reached: string[] = [];
let allowed: readonly string[] | undefined;
let listable: readonly string[] = [];

/** Resolves a path: links on the way are followed, the last one only where the call does. */
function leadsTo(given: string, how: 'follow' | 'entry'): string {
  const absolute = path.resolve(given);
  if (how === 'follow') {
    try {
      return realpath(absolute);
    } catch {
      // It does not exist, or leads nowhere: what counts is the folder.
    }
  }
  return path.join(existing(path.dirname(absolute)), path.basename(absolute));
}

/** A path with the links resolved of as much of it as exists. */
function existing(absolute: string): string {
  try {
    return realpath(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(existing(parent), path.basename(absolute));
  }
}

/** Returns true for a call of `open` or a writer that refuses a link at the end: exclusive, or without following. */
function refusesLinks(flags: unknown): boolean {
  const given: unknown = typeof flags === 'object' && flags !== null && 'flag' in flags ? flags.flag : flags;
  if (typeof given === 'string') return given.includes('x');
  return typeof given === 'number' && (given & (fs.constants.O_NOFOLLOW | fs.constants.O_EXCL)) !== 0;
}

function check(name: string, given: unknown, how: 'follow' | 'entry'): void {
  if (!allowed || (typeof given !== 'string' && !(given instanceof URL) && !Buffer.isBuffer(given))) return;
  const place = leadsTo(given instanceof URL ? given.pathname : given.toString(), how);
  if (/^readdir/.test(name) && listable.includes(place)) return;
  if (!allowed.some((folder) => folder === path.sep || place === folder || place.startsWith(folder + path.sep)))
    reached.push(`${name} ${place}`);
}

function watch(holder: object, suffix: '' | 'Sync'): void {
  for (const [name, paths] of Object.entries(WATCHED)) {
    const original: unknown = Reflect.get(holder, name + suffix);
    if (typeof original !== 'function') continue;
    Reflect.set(holder, name + suffix, (...args: unknown[]) => {
      const strict = paths.length === 1 && args.slice(1, 3).some(refusesLinks);
      for (const [i, how] of paths.entries()) check(name, args[i], strict ? 'entry' : how);
      return Reflect.apply(original, holder, args) as unknown;
    });
  }
}

/** Watches all file access of this process from now on. Call it before other modules take functions of `fs` apart. */
export function watchFiles(): void {
  watch(fs.promises, '');
  watch(fs, '');
  watch(fs, 'Sync');
}

/**
 * Runs `work`, and tells each path that it opened, changed or listed outside of `folders`.
 * @param listed other folders whose names may be listed
 */
export async function accessOutside(
  folders: readonly string[],
  work: () => Promise<void>,
  listed: readonly string[] = [],
): Promise<string[]> {
  allowed = folders.map((folder) => existing(folder));
  listable = listed.map((folder) => existing(folder));
  reached.length = 0;
  try {
    await work();
  } finally {
    allowed = undefined;
  }
  return [...reached];
}
