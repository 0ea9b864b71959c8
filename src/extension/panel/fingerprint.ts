import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_JSON_MAX_BYTES, ModelJson } from '../../protocol/checkpoint';
import { isInside } from '../paths';

/** The files of a checkpoint as they were at one moment; `text` is the same as long as none of them changed. */
export interface Fingerprint {
  text: string;
  /** Absolute paths of model.json and its shards. */
  files: string[];
}

/** More shards than this are not watched. */
const MOST_SHARDS = 10_000;

/** Takes sizes and times of model.json and its shards; null when model.json is gone. */
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

/** Shards that the file names, as far as it can be read; whether the paths are allowed is for the engine to say. */
async function shardsOf(model: string, size: number): Promise<string[]> {
  if (size > MODEL_JSON_MAX_BYTES) return [];
  try {
    const parsed = ModelJson.safeParse(JSON.parse(await readFile(model, 'utf8')));
    if (!parsed.success) return [];
    const folder = path.dirname(model);
    const named = parsed.data.weightsManifest.flatMap(({ paths }) => paths.map((name) => path.resolve(folder, name)));
    // The engine refuses what lies elsewhere; it is not even looked at here.
    return [...new Set(named)].filter((file) => isInside(file, folder)).slice(0, MOST_SHARDS);
  } catch {
    return [];
  }
}
