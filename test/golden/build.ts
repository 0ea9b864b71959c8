import { mkdir, readdir, readFile, symlink, readlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { inRoot } from '../../scripts/setup/paths';
import { npm, run } from '../../scripts/setup/run';
import { ScriptError } from '../../scripts/setup/run-main';

/** Builds the working tree. @returns its command line */
export async function buildWorkingTree(): Promise<string> {
  await npm(['run', 'build'], { cwd: inRoot() });
  return inRoot('dist', 'cli.js');
}

/**
 * Checks a revision out into an empty folder and builds it. Its dependencies are those of the working tree where
 * package-lock.json is the same, and are installed otherwise.
 * @returns its command line. @throws ScriptError for a revision that is not in this clone
 */
export async function buildRevision(revision: string, folder: string): Promise<string> {
  const commit = await run('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], {
    cwd: inRoot(),
  }).catch(() => {
    throw new ScriptError(`"${revision}" is no revision of this clone.`);
  });
  await mkdir(folder, { recursive: true });
  const archive = `${folder}.tar`;
  await run('git', ['archive', '--output', archive, commit.trim()], { cwd: inRoot() });
  await run('tar', ['-xf', archive, '-C', folder]);
  if (await hasSameDependencies(folder))
    await linkDependencies(inRoot('node_modules'), path.join(folder, 'node_modules'));
  else await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  await npm(['run', 'build'], { cwd: folder });
  return path.join(folder, 'dist', 'cli.js');
}

const Lock = z.object({ packages: z.record(z.string(), z.unknown()) });

/**
 * Returns true where a tree can use the installed packages: its lock is the same, and no workspace has packages of its
 * own.
 */
async function hasSameDependencies(folder: string): Promise<boolean> {
  const read = (root: string): Promise<string> => readFile(path.join(root, 'package-lock.json'), 'utf8');
  const [here, there] = await Promise.all([read(inRoot()), read(folder)]);
  if (here !== there) return false;
  return !Object.keys(Lock.parse(JSON.parse(there)).packages).some((key) =>
    /^(?!node_modules\/).+\/node_modules\//.test(key),
  );
}

/**
 * Links each installed package into another folder. A link to a workspace stays relative, so that it leads to the
 * workspace of the other tree.
 */
async function linkDependencies(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.name.startsWith('@')) await linkDependencies(source, target);
    else await symlink(entry.isSymbolicLink() ? await readlink(source) : source, target);
  }
}
