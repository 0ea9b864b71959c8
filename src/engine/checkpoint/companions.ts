import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Companion } from './types';
import { fill } from './whole-read';

/** Largest file that is copied with a checkpoint: 4 MiB. */
export const COMPANION_MAX_BYTES = 4 * 1024 * 1024;

/**
 * Files that belong to a model by convention: Teachable Machine (metadata.json), ml5 (model_meta.json), AutoML
 * (dict.txt), label lists, vocabularies, licences. None is a file of a run.
 */
const KNOWN_NAMES = [
  /^(model_?)?meta(data)?\.json$/i,
  /^(labels?|classes|class[-_]?(names|labels|index|indices)|label[-_]?map|dict|vocab(ulary)?)\.(json|txt|csv|pbtxt)$/i,
  /^(tokenizer|tokenizer_config|special_tokens_map|word[-_]?index|preprocessor_config|scaler)\.json$/i,
  /^(licen[cs]e|notice)(\.(txt|md))?$/i,
];

/** Returns true for a name of a file that is copied with a checkpoint. */
export const isCompanionName = (name: string): boolean => KNOWN_NAMES.some((pattern) => pattern.test(name));

/**
 * Reads the small files beside a checkpoint that belong to it, in the order of their names. Links are not followed.
 * Files that cannot be read, or are not regular, are left out.
 * @param others names of the files of the checkpoint itself
 */
export async function readCompanions(folder: string, others: ReadonlySet<string>): Promise<Companion[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const wanted = names.filter((name) => isCompanionName(name) && !others.has(name)).sort();
  const read = await Promise.all(wanted.map((name) => readCompanion(folder, name)));
  return read.filter((companion) => companion !== undefined);
}

async function readCompanion(folder: string, name: string): Promise<Companion | undefined> {
  const file = path.join(folder, name);
  try {
    // Opening a pipe would wait for a writer.
    if (!(await lstat(file)).isFile()) return undefined;
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const status = await handle.stat();
      if (!status.isFile() || status.size > COMPANION_MAX_BYTES) return undefined;
      const bytes = new Uint8Array(status.size);
      await fill(handle, file, bytes);
      return { name, bytes };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
