import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describeRun, RUN_FILES, type RunSummary } from '../../protocol/runFolder';
import { errorCode, readFailure } from '../checkpoint/failures';

/**
 * What lies in a folder, from the files of a run alone; null where there is no run. A damaged run is said to be one, in its
 * summary. Throws UserError where a file may not be read.
 */
export async function readRun(folder: string): Promise<RunSummary | null> {
  const texts: Partial<Record<keyof typeof RUN_FILES, string>> = {};
  for (const [kind, name] of Object.entries(RUN_FILES) as [keyof typeof RUN_FILES, string][]) {
    const file = path.join(folder, name);
    try {
      texts[kind] = await readFile(file, 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '')) continue;
      throw readFailure('The file', file, error);
    }
  }
  return describeRun(folder, texts) ?? null;
}
