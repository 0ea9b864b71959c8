import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson } from '../../protocol/checkpoint';

/**
 * Finds the files of a folder that no other file there names. The text of every file counts, whatever its name, also
 * `model.json.bak`: a renamed checkpoint keeps its shards.
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

/** Returns the weights paths of a description; none where it is not that of a checkpoint. */
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
