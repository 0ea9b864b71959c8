import { readFileSync } from 'node:fs';

/** Where Linux tells the size of the second-level cache of the first core. */
const SIZE_FILE = '/sys/devices/system/cpu/cpu0/cache/index2/size';
/** What most processors have at least, for systems that do not tell. */
const USUAL_BYTES = 2 ** 20;

/** The size of a core's second-level cache, in bytes. */
export function cacheBytesOfCore(): number {
  try {
    const [, size] = /^(\d+)K\s*$/.exec(readFileSync(SIZE_FILE, 'utf8')) ?? [];
    return size === undefined ? USUAL_BYTES : 1024 * Number(size);
  } catch {
    return USUAL_BYTES;
  }
}
