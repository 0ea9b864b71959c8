/** A value that is made when it is first asked for, once; a failed attempt is made again by the next one who asks. */
export interface Lazy<T> {
  /** Was it asked for? */
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
