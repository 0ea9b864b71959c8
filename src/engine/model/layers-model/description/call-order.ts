/** A call that waits for others. */
export interface WaitingCall {
  readonly layer: number;
  /** The calls whose results it takes: the layer, and the number of earlier calls of that layer. */
  readonly after: readonly { readonly layer: number; readonly call: number }[];
}

/**
 * Orders calls so that each comes after those it waits for. Like `fromConfig` of TensorFlow.js, it passes over the calls
 * until no more of them can be made. The calls of one layer are numbered in the order in which they can be made.
 * @param calls those of one layer side by side
 * @param made number of calls that each layer has at the start: 1 for an input
 * @returns indices of calls; calls that can never be made are absent
 */
export function orderOfCalls(calls: readonly WaitingCall[], made: number[]): number[] {
  const order: number[] = [];
  const missing = calls.map(({ after }) => after.filter(({ layer, call }) => call >= made[layer]!).length);
  const waiting = new Map<string, number[]>();
  for (const [i, { after }] of calls.entries())
    for (const { layer, call } of after) {
      if (call < made[layer]!) continue;
      const key = `${layer} ${call}`;
      const list = waiting.get(key);
      if (list) list.push(i);
      else waiting.set(key, [i]);
    }
  const ready = new Places(calls.length);
  missing.forEach((count, i) => {
    if (count === 0) ready.add(i);
  });
  for (let at = 0; ;) {
    // Calls behind the current position that become ready belong to this pass, the others to the next one.
    const next = ready.takeFrom(at) ?? ready.takeFrom(0);
    if (next === undefined) return order;
    at = next + 1;
    order.push(next);
    const { layer } = calls[next]!;
    for (const one of waiting.get(`${layer} ${made[layer]!++}`) ?? []) if (--missing[one]! === 0) ready.add(one);
  }
}

/** A set of small numbers that finds the next one without a search through all. */
class Places {
  static readonly #BLOCK = 256;
  readonly #has: Uint8Array;
  readonly #inBlock: Uint16Array;

  constructor(size: number) {
    this.#has = new Uint8Array(size);
    this.#inBlock = new Uint16Array(Math.ceil(size / Places.#BLOCK));
  }

  add(place: number): void {
    this.#has[place] = 1;
    this.#inBlock[Math.floor(place / Places.#BLOCK)]!++;
  }

  /** Removes and returns the smallest number that is not below `from`. */
  takeFrom(from: number): number | undefined {
    for (let block = Math.floor(from / Places.#BLOCK); block < this.#inBlock.length; block++) {
      if (this.#inBlock[block] === 0) continue;
      const start = block * Places.#BLOCK;
      const found = this.#has.subarray(start, start + Places.#BLOCK).indexOf(1, Math.max(0, from - start));
      if (found < 0) continue;
      this.#has[start + found] = 0;
      this.#inBlock[block]!--;
      return start + found;
    }
    return undefined;
  }
}
