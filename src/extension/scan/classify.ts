import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isPacked } from '../../loader/head';
import { isCheckpointText, isRecipeText, MODEL_JSON_MAX_BYTES } from '../../protocol/checkpoint';

/** The kind of a file by its content; a packed model is a checkpoint. */
export type Kind = 'checkpoint' | 'recipe' | 'other';

/** The bytes at the start of a file that decide whether the rest is read. */
const HEAD_BYTES = 64 * 1024;
const OBJECT_START = /^\uFEFF?\s*\{/;
/** A key that every checkpoint or recipe has near its start, after metadata at most. */
const TELLING_KEY = /"(modelTopology|weightsManifest|recipeVersion)"/;

/** The kind of a text. */
export function kindOfText(text: string): Kind {
  if (isCheckpointText(text)) return 'checkpoint';
  return isRecipeText(text) ? 'recipe' : 'other';
}

/** True if a file with this start may be a checkpoint or recipe. */
export function headIsPromising(head: string): boolean {
  return OBJECT_START.test(head) && TELLING_KEY.test(head);
}

/**
 * The kind of a file. The first bytes rule out most files. JSON above the size limit is not read; a file that cannot be
 * read (gone, a folder, no permission) is `other`.
 */
export async function kindOfFile(file: string): Promise<Kind> {
  // Opening a pipe without a writer would block one of the few threads that read files.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!handle) return 'other';
  try {
    const info = await handle.stat();
    const { size } = info;
    if (!info.isFile() || size < 2) return 'other';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, HEAD_BYTES)), 0, undefined, 0);
    if (isPacked(buffer)) return 'checkpoint';
    if (size > MODEL_JSON_MAX_BYTES) return 'other';
    const head = buffer.toString('utf8', 0, bytesRead);
    if (!headIsPromising(head)) return 'other';
    if (bytesRead >= size) return kindOfText(head);
    const whole = Buffer.alloc(size);
    let read = 0;
    while (read < size) {
      const part = await handle.read(whole, read, size - read, read);
      if (part.bytesRead === 0) return 'other'; // It shrank during the read; the watcher reports that change.
      read += part.bytesRead;
    }
    return kindOfText(whole.toString('utf8'));
  } catch {
    return 'other';
  } finally {
    await handle.close();
  }
}
