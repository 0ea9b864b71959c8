import { stat } from 'node:fs/promises';
import path from 'node:path';
import { LOCK_FILE, LOCK_SILENCE_MS } from '../protocol/run-folder';

/** True while a process works in the folder of a run: it touches its lock. For half a minute after a kill too. */
export async function isAtWork(folder: string): Promise<boolean> {
  const lock = await stat(path.join(folder, LOCK_FILE)).catch(() => undefined);
  return lock !== undefined && Date.now() - lock.mtimeMs < LOCK_SILENCE_MS;
}
