import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson } from '../../protocol/checkpoint';

/**
 * Which of some files in a folder are named by no other file there. Whatever a file is called, `model.json.bak` too, its text
 * counts: who renames a checkpoint still has its shards.
 * @param entries names of all files in the folder
 */
export async function namedByNone(
  folder: string,
  entries: readonly string[],
  names: ReadonlySet<string>,
): Promise<Set<string>> {
  const left = new Set(names);
  for (const entry of entries) {
    if (left.size === 0) break;
    if (names.has(entry) || entry.endsWith('.bin')) continue;
    const text = await textOf(path.join(folder, entry));
    const named = new Set(shardsIn(text));
    for (const name of left) if (named.has(name) || text.includes(name)) left.delete(name);
  }
  return left;
}

/** The weights paths that a description names; none where it is no checkpoint's. */
export function shardsIn(text: string): string[] {
  try {
    const parsed = ModelJson.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.weightsManifest.flatMap((group) => group.paths) : [];
  } catch {
    return [];
  }
}

async function textOf(file: string): Promise<string> {
  try {
    const status = await lstat(file);
    return status.isFile() && status.size <= MODEL_JSON_MAX_BYTES ? await readFile(file, 'utf8') : '';
  } catch {
    return '';
  }
}
