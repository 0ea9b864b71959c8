import { UserError } from '../../protocol/errors';

/** The code of an operating system error, or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A failure to write below `folder` as one sentence; other errors come back as they are. */
export function writeFailure(folder: string, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(`The folder "${folder}" is read-only: choose another target folder.`, { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError(
        `There is no space left to write to "${folder}": free some space or choose another target folder.`,
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new UserError(`"${folder}" is not a folder: choose another target folder.`, { cause: error });
    case 'ENAMETOOLONG':
      return new UserError(`The path "${folder}" is too long: choose a shorter target folder.`, { cause: error });
    default:
      return error;
  }
}

/** A failure to read `file` as one sentence; other errors come back as they are. */
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
    default:
      return error;
  }
}
