import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../protocol/errors';
import { errorCode, readFailure } from './failures';
import { foreignFolder } from './foreign';

/**
 * The absolute path of the model.json that a person means: a file, whatever it is called, or a folder that holds a model.json.
 * @throws UserError when there is none.
 */
export async function resolveModelPath(modelOrFolder: string): Promise<string> {
  const given = path.resolve(modelOrFolder);
  try {
    if (!(await stat(given)).isDirectory()) return given;
  } catch (error) {
    throw readFailure('The checkpoint', modelOrFolder, error);
  }
  const inside = path.join(given, 'model.json');
  try {
    await stat(inside);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw readFailure('The checkpoint', inside, error);
    const foreign = foreignFolder(await readdir(given).catch((): string[] => []));
    throw new UserError(
      foreign
        ? `The folder "${modelOrFolder}" holds no model.json but ${foreign.what}: ${foreign.help}.`
        : `The folder "${modelOrFolder}" holds no model.json: name the checkpoint's folder or its file.`,
      { cause: error },
    );
  }
  return inside;
}

/** A string that changes when a file does. */
export function fileStamp(status: { ino: number; size: number; mtimeMs: number }): string {
  return `${status.ino}:${status.size}:${status.mtimeMs}`;
}

/** Why a shard's path may not be followed, from its text alone; undefined when it may. */
export function unsafeShardPath(shard: string): string | undefined {
  if (shard.includes('\0')) return 'is not a path';
  if (/^[a-z][a-z0-9+.-]*:/i.test(shard)) return 'is an address or an absolute path';
  if (path.posix.isAbsolute(shard) || path.win32.isAbsolute(shard)) return 'is an absolute path';
  if (shard.split(/[\\/]/).includes('..')) return 'leaves the folder of the checkpoint';
  return undefined;
}

/**
 * The real path of a shard and its size in bytes.
 * @throws UserError when it leaves the checkpoint's folder (also by a link), is missing, or is not a plain file.
 */
export async function resolveShard(
  modelPath: string,
  shard: string,
): Promise<{ path: string; bytes: number; stamp: string }> {
  const file = path.basename(modelPath);
  const refuse = (why: string, cause?: unknown) =>
    new UserError(`The weights path "${shard}" in ${file} ${why}: weights must lie beside ${file}, or below it.`, {
      cause,
    });
  const unsafe = unsafeShardPath(shard);
  if (unsafe) throw refuse(unsafe);
  const folder = path.dirname(modelPath);
  try {
    const [root, target] = await Promise.all([realpath(folder), realpath(path.join(folder, shard))]);
    const relative = path.relative(root, target);
    if (relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
      throw refuse('leads out of the folder of the checkpoint');
    }
    const status = await stat(target);
    if (!status.isFile()) throw refuse('is not a file');
    return { path: target, bytes: status.size, stamp: fileStamp(status) };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') {
      throw readFailure('The weights file', shard, error);
    }
    throw new UserError(
      `The weights file "${shard}" that ${file} names is missing: copy it into "${folder}" or convert the model again.`,
      { cause: error },
    );
  }
}
