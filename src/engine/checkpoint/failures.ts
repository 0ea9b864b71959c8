import { lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../protocol/errors';

/** Returns the code of an operating system error, or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The reason of write errors by code, as a part of a sentence. */
const WRITE_FAILURES: Readonly<Record<string, string>> = {
  EACCES: 'is read-only',
  EPERM: 'is read-only',
  EROFS: 'is read-only',
  ENOTDIR: 'is not a folder',
  EEXIST: 'is not a folder',
  ENOENT: 'is not there and cannot be made',
  EISDIR: 'holds a folder where a file is to be written',
  ENOTEMPTY: 'holds a folder where a file is to be written',
  ELOOP: 'is a link that leads to itself',
  EINVAL: 'is no path that can be written',
  ERR_INVALID_ARG_VALUE: 'is no path that can be written',
  EIO: 'is on a disk that fails',
};

/** Turns a failure to write below `folder` into one sentence; returns other errors unchanged. */
export function writeFailure(folder: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new UserError(
      `There is no space left to write to "${folder}": free some space or choose another target folder.`,
      { cause: error },
    );
  if (code === 'ENAMETOOLONG')
    return new UserError(`The path "${folder}" is too long: choose a shorter target folder.`, { cause: error });
  const known = WRITE_FAILURES[code ?? ''];
  if (!known) return error;
  const dangling = danglingLink(folder);
  if (dangling !== undefined)
    return new UserError(`"${dangling}" is a link that leads nowhere: remove it or choose another target folder.`, {
      cause: error,
    });
  const what = known === 'is read-only' ? `The folder "${folder}"` : `"${folder}"`;
  return new UserError(`${what} ${known}: choose another target folder.`, { cause: error });
}

/** Finds a dangling link on the way to a folder; undefined where there is none. */
function danglingLink(folder: string): string | undefined {
  for (let place = path.resolve(folder); place !== path.dirname(place); place = path.dirname(place)) {
    try {
      if (!lstatSync(place).isSymbolicLink()) return undefined;
      statSync(place);
    } catch (error) {
      if (isLink(place)) return errorCode(error) === 'ENOENT' ? place : undefined;
    }
  }
  return undefined;
}

function isLink(place: string): boolean {
  try {
    return lstatSync(place).isSymbolicLink();
  } catch {
    return false;
  }
}

/** Turns a failure to read `file` into one sentence; returns other errors unchanged. */
export function readFailure(what: string, file: string, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError(`${what} "${file}" does not exist: check the path.`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new UserError(`${what} "${file}" may not be read: check its permissions.`, { cause: error });
    case 'ELOOP':
      return new UserError(`${what} "${file}" is a link that leads to itself: replace it by the file.`, {
        cause: error,
      });
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
      return new UserError(`${what} "${file}" has no path that can be read: check the path.`, { cause: error });
    case 'EISDIR':
      return new UserError(`${what} "${file}" is a folder: name a file.`, { cause: error });
    case 'EIO':
      return new UserError(`${what} "${file}" cannot be read, because its disk fails: copy it from elsewhere.`, {
        cause: error,
      });
    default:
      return error;
  }
}
