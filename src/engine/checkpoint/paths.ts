import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../protocol/errors';
import { errorCode, readFailure } from './failures';
import { foreignFolder } from './foreign';

/**
 * Returns the absolute path of a model.json: the given file, whatever its name, or the model.json in the given folder.
 * @throws UserError where there is none
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

/** Returns a string that changes with the file; nanoseconds count. */
export function fileStamp(status: { ino: bigint; size: bigint; mtimeNs: bigint }): string {
  return `${status.ino}:${status.size}:${status.mtimeNs}`;
}

/** Checks the text of a shard's path. Returns the reason to refuse it, or undefined. */
export function unsafeShardPath(shard: string): string | undefined {
  if (shard.includes('\0')) return 'is not a path';
  if (/^[a-z][a-z0-9+.-]*:/i.test(shard)) return 'is an address or an absolute path';
  if (path.posix.isAbsolute(shard) || path.win32.isAbsolute(shard)) return 'is an absolute path';
  if (shard.split(/[\\/]/).includes('..')) return 'leaves the folder of the checkpoint';
  return undefined;
}

/**
 * Returns the real path of a shard and its size in bytes.
 * @throws UserError where it leaves the checkpoint's folder (also by a link), is missing, or is not a regular file
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
    const status = await stat(target, { bigint: true });
    if (!status.isFile()) throw refuse('is not a file');
    return { path: target, bytes: Number(status.size), stamp: fileStamp(status) };
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
