import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson } from '../../protocol/checkpoint';
import { isInside } from '../../disk/paths';

/** The files of a checkpoint at one moment. `text` stays the same while no file changes. */
export interface Fingerprint {
  text: string;
  /** Absolute paths of model.json and its shards. */
  files: string[];
}

/** The most shards that are watched. */
const MOST_SHARDS = 10_000;

/** Reads sizes and times of model.json and its shards; null if model.json is gone. */
export async function fingerprint(model: string): Promise<Fingerprint | null> {
  const own = await mark(model);
  if (own === undefined) return null;
  const shards = await shardsOf(model, own.size);
  const marks = await Promise.all(shards.map(async (file) => (await mark(file))?.text ?? 'missing'));
  return {
    text: [own.text, ...marks.map((text, index) => `${shards[index] ?? ''} ${text}`)].join('\n'),
    files: [model, ...shards],
  };
}

async function mark(file: string): Promise<{ text: string; size: number } | undefined> {
  const info = await stat(file).catch(() => undefined);
  return info?.isFile() ? { text: `${info.size} ${info.mtimeMs}`, size: info.size } : undefined;
}

/** The shards that a readable file names. The engine decides whether their paths are allowed. */
async function shardsOf(model: string, size: number): Promise<string[]> {
  if (size > MODEL_JSON_MAX_BYTES) return [];
  try {
    const parsed = ModelJson.safeParse(JSON.parse(await readFile(model, 'utf8')));
    if (!parsed.success) return [];
    const folder = path.dirname(model);
    const named = parsed.data.weightsManifest.flatMap(({ paths }) => paths.map((name) => path.resolve(folder, name)));
    // The engine refuses files elsewhere, so they are not read here.
    return [...new Set(named)].filter((file) => isInside(file, folder)).slice(0, MOST_SHARDS);
  } catch {
    return [];
  }
}
