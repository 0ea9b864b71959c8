/** Keeps the entries of the highest ranks, the first of equals. */
export class Ranked<T> {
  readonly #kept: { readonly rank: number; readonly entry: T }[] = [];

  constructor(private readonly most: number) {}

  /** Adds an entry if its rank is among the highest; `make` is called only then. */
  offer(rank: number, make: () => T): void {
    const kept = this.#kept;
    if (kept.length === this.most && !(rank > kept.at(-1)!.rank)) return;
    const at = kept.findIndex((one) => rank > one.rank);
    kept.splice(at < 0 ? kept.length : at, 0, { rank, entry: make() });
    kept.length = Math.min(kept.length, this.most);
  }

  /** The entries, the highest rank first. */
  get entries(): T[] {
    return this.#kept.map(({ entry }) => entry);
  }
}
