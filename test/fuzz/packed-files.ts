import { createHash } from 'node:crypto';
import * as z from 'zod';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import { pack } from '../../src/engine/checkpoint/packed/pack';
import { unpack } from '../../src/engine/checkpoint/packed/unpack';
import type { Random } from '../../src/engine/dataset/random';
import { UserError } from '../../src/protocol/errors';
import { HEAD } from '../../src/loader/head';
import { CHECKSUM, openPacked } from '../../src/loader/packed-file';
import { rangeDecoder } from '../../src/loader/range-decoder';
import { weightsDecoder } from '../../src/loader/weights-decoder';
import { WeightEntry } from '../../src/protocol/checkpoint';
import { mutateBytes } from './mutate';

/** A packed file may take so many bytes beyond those that it declares, and so many milliseconds of the processor. */
const MOST_BEYOND = 64 * 2 ** 20;
const MOST_MS = 1000;

/** Packs checkpoints; those that cannot be read are left out. */
export async function packedSeeds(models: readonly string[]): Promise<Uint8Array[]> {
  const read = await Promise.all(models.map((file) => readCheckpoint(file).catch(() => undefined)));
  return read.flatMap((checkpoint) => (checkpoint ? [pack(checkpoint).bytes] : []));
}

/** Changes a packed file; in most cases its checksum is made right again, so that its decoder meets the change. */
export function mutatePacked(bytes: Uint8Array, random: Random): Uint8Array {
  const end = bytes.byteLength - CHECKSUM;
  const changed = changedBody(bytes.subarray(0, end), random);
  const sum = random.below(5) > 0 ? createHash('sha256').update(changed).digest() : bytes.subarray(end);
  return Buffer.concat([changed, sum]);
}

function changedBody(body: Uint8Array, random: Random): Uint8Array {
  // Sizes and parameters are in the first bytes; the tables of tensors after the text.
  if (random.below(3) > 0) {
    const changed = Uint8Array.from(body);
    for (let times = 1 + random.below(3); times > 0; times--) {
      const at = random.below(2) === 0 ? random.below(Math.min(24, changed.length)) : random.below(changed.length);
      changed[at] = random.below(2) === 0 ? changed[at]! ^ (1 << random.below(8)) : random.below(256);
    }
    return changed;
  }
  return mutateBytes(Buffer.from(body), random);
}

/** Counts the bytes of all arrays that `work` makes. */
function allocated(work: () => void): number {
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
    work();
  } finally {
    names.forEach((name, i) => Object.assign(globalThis, { [name]: originals[i] }));
  }
  return bytes;
}

/** Decodes a changed file as the engine and as a page do. Returns what is wrong with that. */
export function complaintsAbout(bytes: Uint8Array): string[] {
  const complaints: string[] = [];
  const timed = (what: string, work: () => void): void => {
    // Time of the processor: others may keep this process waiting.
    const before = process.cpuUsage();
    work();
    const took = process.cpuUsage(before).user / 1000;
    if (took > MOST_MS) complaints.push(`${what} took ${Math.round(took)} ms`);
  };
  const declared = declaredBy(bytes);
  const used = allocated(() => {
    timed('the engine', () => {
      try {
        unpack(bytes, 'bent.secateur', () => undefined);
      } catch (error) {
        if (!(error instanceof UserError)) complaints.push(`the engine threw ${String(error)}`);
        else if (!/^[^\n]+\.$/.test(error.message)) complaints.push(`no sentence: ${error.message}`);
      }
    });
    timed('the loader', () => {
      try {
        const { text, weightsOf } = openPacked(bytes);
        const json = z
          .looseObject({ weightsManifest: z.array(z.looseObject({ weights: z.array(WeightEntry) })) })
          .parse(JSON.parse(Buffer.from(text.subarray(0, text.indexOf(0))).toString('utf8')));
        weightsOf(json.weightsManifest.flatMap(({ weights }) => weights));
      } catch (error) {
        if (!(error instanceof Error)) complaints.push('the loader threw what is no error');
      }
    });
  });
  // Both decode it.
  if (used > 2 * (declared + MOST_BEYOND)) complaints.push(`${used} bytes were taken where ${declared} are declared`);
  return complaints;
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
