import { readFileSync } from 'node:fs';

/** The file in which Linux reports the size of the second-level cache of the first core. */
const SIZE_FILE = '/sys/devices/system/cpu/cpu0/cache/index2/size';
/** The minimum of most processors, for systems that report nothing. */
const USUAL_BYTES = 2 ** 20;

/** Returns the size of the second-level cache of a core, in bytes. */
export function cacheBytesOfCore(): number {
  try {
    const [, size] = /^(\d+)K\s*$/.exec(readFileSync(SIZE_FILE, 'utf8')) ?? [];
    return size === undefined ? USUAL_BYTES : 1024 * Number(size);
  } catch {
    return USUAL_BYTES;
  }
}
