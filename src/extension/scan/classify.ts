import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isCheckpointText, isRecipeText, MODEL_JSON_MAX_BYTES } from '../../protocol/checkpoint';

/** What a JSON file is by its content. */
export type Kind = 'checkpoint' | 'recipe' | 'other';

/** So much of a file is read before it is decided whether the rest is worth it. */
const HEAD_BYTES = 64 * 1024;
const OBJECT_START = /^\uFEFF?\s*\{/;
/** A key that each checkpoint or recipe has, and has near its start: only metadata may come before. */
const TELLING_KEY = /"(modelTopology|weightsManifest|recipeVersion)"/;

/** What is this text? */
export function kindOfText(text: string): Kind {
  if (isCheckpointText(text)) return 'checkpoint';
  return isRecipeText(text) ? 'recipe' : 'other';
}

/** Can a file that begins like this be anything but `other`? */
export function headIsPromising(head: string): boolean {
  return OBJECT_START.test(head) && TELLING_KEY.test(head);
}

/**
 * What is this file? Most files are turned down by their first bytes; none larger than the cap is read, and what cannot
 * be read (gone, a folder, no permission) is `other`.
 */
export async function kindOfFile(file: string): Promise<Kind> {
  // A pipe without a writer would never open, and hold up one of the few threads that read files.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!handle) return 'other';
  try {
    const info = await handle.stat();
    const { size } = info;
    if (!info.isFile() || size < 2 || size > MODEL_JSON_MAX_BYTES) return 'other';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, HEAD_BYTES)), 0, undefined, 0);
    const head = buffer.toString('utf8', 0, bytesRead);
    if (!headIsPromising(head)) return 'other';
    if (bytesRead >= size) return kindOfText(head);
    const whole = Buffer.alloc(size);
    let read = 0;
    while (read < size) {
      const part = await handle.read(whole, read, size - read, read);
      if (part.bytesRead === 0) return 'other'; // It shrank while it was read: its change will be heard of.
      read += part.bytesRead;
    }
    return kindOfText(whole.toString('utf8'));
  } catch {
    return 'other';
  } finally {
    await handle.close();
  }
}
