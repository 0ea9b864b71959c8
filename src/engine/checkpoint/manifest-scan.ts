import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson } from '../../protocol/checkpoint';

/**
 * The weights paths that the checkpoints in a folder name.
 * @param entries names of the files in the folder
 */
export async function shardsNamedIn(folder: string, entries: readonly string[]): Promise<Set<string>> {
  const descriptions = entries.filter((entry) => entry.toLowerCase().endsWith('.json'));
  const named = await Promise.all(descriptions.map((entry) => shardsNamedBy(path.join(folder, entry))));
  return new Set(named.flat());
}

/** The weights paths that a file names; none where it is missing or no checkpoint. */
export async function shardsNamedBy(file: string): Promise<string[]> {
  try {
    const status = await stat(file);
    if (!status.isFile() || status.size > MODEL_JSON_MAX_BYTES) return [];
    const parsed = ModelJson.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data.weightsManifest.flatMap((group) => group.paths) : [];
  } catch {
    return []; // Not a checkpoint: it names no shards.
  }
}
