import type { Codebook } from './constraint';

/** Values other than 0, each once, in the order of their first place; undefined where there are more than `most`. */
export function distinctValues(data: Float32Array, most: number): Float32Array | undefined {
  const found = new Set<number>();
  let last = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // Neighbors are often equal, and a lookup is slow.
    if (value === 0 || value === last) continue;
    last = value;
    found.add(value);
    if (found.size > most) return undefined;
  }
  return Float32Array.from(found);
}

/** Makes the codebook of weights with few values, ascending, which keep their assignments. @throws Error for a value that is not in the list */
export function codebookOf(data: Float32Array, distinct: Float32Array): Codebook {
  const values = distinct.slice().sort();
  const places = new Map([...values].map((value, i) => [value, i]));
  const assignments = new Uint8Array(data.length);
  let [last, place] = [NaN, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value === 0) continue;
    if (value !== last) {
      const found = places.get(value);
      if (found === undefined) throw new Error(`the codebook has no value ${value}`);
      [last, place] = [value, found];
    }
    assignments[i] = place;
  }
  return { kind: 'codebook', values, assignments, moves: false };
}
