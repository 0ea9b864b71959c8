import * as z from 'zod';

/**
 * Memory that two threads have: one puts something in, and the other takes it. What was put in is counted: the bytes of a
 * stream, or tensors of which each takes the place of the one before.
 */
export const SharedBytes = z.object({
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  state: z.custom<Int32Array>((value) => value instanceof Int32Array),
});
export type SharedBytes = z.infer<typeof SharedBytes>;

/** Places in the state: what is counted; 1 once that is all; and how often the other thread was told. */
const [COUNT, ENDED, TOLD] = [0, 1, 2];

/** Makes memory for so many bytes. What is not written is not taken. */
export const sharedBytes = (length: number): SharedBytes => ({
  bytes: new Uint8Array(new SharedArrayBuffer(length)),
  state: new Int32Array(new SharedArrayBuffer(12)),
});

/** Tells the other thread how much there is. @param ended that is all */
export function tellCount({ state }: SharedBytes, count: number, ended = false): void {
  Atomics.store(state, COUNT, count);
  if (ended) Atomics.store(state, ENDED, 1);
  Atomics.add(state, TOLD, 1);
  Atomics.notify(state, TOLD);
}

/** How much there is, and whether that is all. */
export interface SharedCount {
  readonly count: number;
  readonly ended: boolean;
}

/** Waits until there is more than `known`, or all. No thread waits that others wait for. */
export function moreThan({ state }: SharedBytes, known: number): SharedCount {
  for (;;) {
    const told = Atomics.load(state, TOLD);
    const ended = Atomics.load(state, ENDED) === 1;
    // Up to 4 GiB.
    const count = Atomics.load(state, COUNT) >>> 0;
    if (count > known || ended) return { count, ended };
    Atomics.wait(state, TOLD, told);
  }
}
