/** A value that is made once, on first use. After a failure the next use tries again. */
export interface Lazy<T> {
  /** True after the first use. */
  readonly begun: boolean;
  get: () => Promise<T>;
}

export function lazily<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return {
    get begun() {
      return made !== undefined;
    },
    get() {
      made ??= make().catch((error: unknown) => {
        made = undefined;
        throw error;
      });
      return made;
    },
  };
}
