import { readFileSync, writeFileSync } from 'node:fs';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import { UserError } from '../../src/protocol/errors';
import { packed } from '../../src/loader/index';
import { CHECKSUM, HEAD } from '../../src/loader/head';
import { rangeDecoder } from '../../src/loader/range-decoder';
import { weightsDecoder } from '../../src/loader/weights-decoder';
import { complaintOf } from './complaint';
import { TELLS_MEMORY } from './news';

/** A packed file may take so many bytes beyond those that it declares, and so many milliseconds of the processor. */
export const MOST_BEYOND = 64 * 2 ** 20;
const MOST_MS = 1000;

/** How a file was answered. */
interface Answer {
  readonly complaints: readonly string[];
  /** Milliseconds of the processor, of the slower of engine and loader. */
  readonly ms: number;
  /** Bytes that the file declares, of text and weights. */
  readonly declared: number;
}

/**
 * Opens a changed file as the engine and as a page do.
 * @param file where it is written for the engine
 */
export async function answerTo(bytes: Uint8Array, file: string): Promise<Answer> {
  const complaints: string[] = [];
  let ms = 0;
  const timed = async (
    who: string,
    work: () => Promise<unknown>,
    complaint: (error: unknown) => string | undefined,
  ) => {
    // Time of the processor: others may keep this process waiting.
    const before = process.cpuUsage();
    try {
      await work();
    } catch (error) {
      const wrong = complaint(error);
      if (wrong !== undefined) complaints.push(`${who}: ${wrong}`);
    }
    const took = process.cpuUsage(before).user / 1000;
    ms = Math.max(ms, took);
    if (took > MOST_MS) complaints.push(`${who} took ${Math.round(took)} ms`);
  };
  const declared = declaredBy(bytes);
  writeFileSync(file, bytes);
  const used = await allocated(async () => {
    await timed(
      'the engine',
      () => readCheckpoint(file),
      (error) => complaintOf(error, error instanceof UserError),
    );
    await timed(
      'the loader',
      () => packed(bytes).load(),
      (error) => (error instanceof Error ? undefined : 'threw what is no error'),
    );
  });
  // Both decode it.
  if (used > 2 * (declared + MOST_BEYOND))
    complaints.push(`${used} bytes were asked for where ${declared} are declared`);
  return { complaints, ms, declared };
}

/** Counts the bytes of all arrays that `work` makes, whether or not it ever touches them. */
async function allocated(work: () => Promise<void>): Promise<number> {
  let bytes = 0;
  const names = ['Uint8Array', 'Uint16Array', 'Uint32Array', 'Int16Array', 'Int32Array', 'Float32Array'] as const;
  const originals = names.map((name) => globalThis[name]);
  names.forEach((name, i) => {
    const counting = new Proxy(originals[i]!, {
      construct(target, args: unknown[], own) {
        const made = Reflect.construct(target, args, own) as Uint8Array;
        if (typeof args[0] === 'number') bytes += made.byteLength;
        return made;
      },
    });
    Object.assign(globalThis, { [name]: counting });
  });
  try {
    await work();
  } finally {
    names.forEach((name, i) => Object.assign(globalThis, { [name]: originals[i] }));
  }
  return bytes;
}

/** Returns the bytes of text and weights that the head of a file declares. */
function declaredBy(bytes: Uint8Array): number {
  try {
    const { parameter } = weightsDecoder(rangeDecoder(bytes, HEAD.length, bytes.byteLength - CHECKSUM));
    return parameter() + parameter();
  } catch {
    return 0;
  }
}

/**
 * Begins to watch the memory of this process, as Linux counts its pages, after garbage was collected.
 * @returns a function that tells by how many bytes it has grown at most since then, with garbage that is not collected yet;
 * 0 where the system does not tell
 */
export function growth(): () => number {
  if (!TELLS_MEMORY) return () => 0;
  globalThis.gc?.();
  // The peak begins again at what is taken now.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = peak();
  return () => peak() - before;
}

function peak(): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc/self/status names no VmHWM');
  return Number(kilobytes) * 1024;
}
