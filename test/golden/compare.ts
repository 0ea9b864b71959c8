import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/**
 * Keys of a model.json that may differ between revisions, at any depth: programs and their versions, and the recipe in the
 * provenance, which each revision writes with the defaults of the options that it knows.
 */
const IGNORED = new Set(['version', 'generatedBy', 'convertedBy', 'keras_version', 'recipe']);

const Json = z.json();
type Json = z.infer<typeof Json>;

/** The files of all checkpoints below a folder, by relative path: each model.json and each shard. */
export async function checkpointFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /^model\.json$|\.bin$/.test(entry.name));
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}

/**
 * Compares the checkpoints that two runs wrote. Shards must have the same bytes; a model.json must hold the same, except
 * for versions of programs and the recipe in the provenance. Other files of a run hold times and paths, and are not compared.
 * @returns one line for each difference; none where the checkpoints are the same
 */
export async function differences(before: string, after: string): Promise<readonly string[]> {
  const [old, now] = [await checkpointFiles(before), await checkpointFiles(after)];
  if (old.length === 0) return ['no checkpoint was written'];
  const lines = [
    ...old.filter((file) => !now.includes(file)).map((file) => `${file} is missing`),
    ...now.filter((file) => !old.includes(file)).map((file) => `${file} is new`),
  ];
  for (const file of old.filter((name) => now.includes(name))) {
    const [one, other] = [await readFile(path.join(before, file)), await readFile(path.join(after, file))];
    if (one.equals(other)) continue;
    if (file.endsWith('.bin')) {
      lines.push(`${file} has other bytes`);
      continue;
    }
    const at = differsAt(Json.parse(JSON.parse(one.toString())), Json.parse(JSON.parse(other.toString())));
    if (at !== undefined) lines.push(`${file} differs at ${at}`);
  }
  return lines;
}

/** The path of the first value that differs; undefined where none does. */
function differsAt(one: Json, other: Json, at = ''): string | undefined {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other ? undefined : at;
  if (Array.isArray(one) !== Array.isArray(other)) return at;
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    if (IGNORED.has(key)) continue;
    const [here, there] = [left.get(key), right.get(key)];
    const where = at === '' ? key : `${at}.${key}`;
    if (here === undefined || there === undefined) return where;
    const found = differsAt(here, there, where);
    if (found !== undefined) return found;
  }
  return undefined;
}
