import * as z from 'zod';
import { StoredPart } from '../../checkpoint/stored-place';
import { storedPieces } from '../../checkpoint/stored-tensor';
import { SIZE_SHIFT } from '../../checkpoint/survey';

/** Parts of large tensors, and the upper 16 bits of the sizes that are looked for in each, see `SizesInOrder`. */
export const SharingJob = z.object({
  kind: z.literal('sharing'),
  parts: z.array(z.object({ part: StoredPart, upper: z.number() })),
});
export type SharingJob = z.infer<typeof SharingJob>;

/** For each part, the lower 15 bits of the sizes that were found, in order. */
export const SharingResult = z.array(z.instanceof(Uint16Array));
export type SharingResult = z.infer<typeof SharingResult>;

/** Looks through a part each time that it is asked for the next; returns what it found. @throws UserError where a file has changed */
export function* sharingSteps(
  { parts }: SharingJob,
  advance: (values: number) => void,
): Generator<void, SharingResult> {
  const found: SharingResult = [];
  for (const { part, upper } of parts) {
    const own = new Sharing(upper);
    for (const piece of storedPieces(part, advance))
      own.add(new Int32Array(piece.buffer, piece.byteOffset, piece.length));
    found.push(own.found());
    yield;
  }
  return found;
}

const LOW_BITS = 2 ** SIZE_SHIFT - 1;

/** Collects the lower bits of floats whose size has the same upper ones. */
export class Sharing {
  #lower = new Uint16Array(1024);
  #count = 0;

  constructor(private readonly upper: number) {}

  /** Four at a time: hardly any is found, and the loop takes half as long. */
  add(words: Int32Array): void {
    const [sought, mask] = [this.upper << SIZE_SHIFT, 0x7fff_ffff - LOW_BITS];
    const fours = words.length - (words.length % 4);
    for (let i = 0; i < fours; i += 4) {
      const [one, two, three, four] = [words[i]!, words[i + 1]!, words[i + 2]!, words[i + 3]!];
      if ((one & mask) === sought) this.#take(one);
      if ((two & mask) === sought) this.#take(two);
      if ((three & mask) === sought) this.#take(three);
      if ((four & mask) === sought) this.#take(four);
    }
    for (let i = fours; i < words.length; i++) if ((words[i]! & mask) === sought) this.#take(words[i]!);
  }

  /** Returns them in the order in which they were added. */
  found() {
    return this.#lower.slice(0, this.#count);
  }

  #take(word: number): void {
    if (this.#count === this.#lower.length) {
      const longer = new Uint16Array(2 * this.#count);
      longer.set(this.#lower);
      this.#lower = longer;
    }
    this.#lower[this.#count++] = word & LOW_BITS;
  }
}
