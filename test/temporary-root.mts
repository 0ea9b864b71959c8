import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** A file system in memory, as Linux has it. */
const MEMORY = '/dev/shm';
/** More than all unit tests hold at once: bytes. Containers often have 64 MB there. */
const ENOUGH = 2 ** 30;

/**
 * Returns the folder for the temporary files of unit tests. It is in memory where there is room: each checkpoint waits
 * for the disk several times, so that it is written safely, and the tests write thousands. `TMPDIR` decides where it is
 * set. No program can be run from there on some systems, so nothing that installs one is tested in it.
 */
export function temporaryRoot(): string {
  return process.env['TMPDIR'] === undefined && hasRoom() ? MEMORY : tmpdir();
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH;
  } catch {
    return false;
  }
}
