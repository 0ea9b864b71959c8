import type { Kind } from './classify';

/** What was found so far, by absolute path. */
export class Findings {
  private readonly kinds = new Map<string, Exclude<Kind, 'other'>>();

  /** Paths of everything found so far. */
  get all(): ReadonlySet<string> {
    return new Set(this.kinds.keys());
  }

  /** @returns whether anything changed. */
  set(file: string, kind: Kind): boolean {
    if (this.kinds.get(file) === (kind === 'other' ? undefined : kind)) return false;
    if (kind === 'other') this.kinds.delete(file);
    else this.kinds.set(file, kind);
    return true;
  }

  /** Forgets a file, or everything in a folder. @returns whether anything changed. */
  remove(fileOrFolder: string, separator: string): boolean {
    const before = this.kinds.size;
    for (const file of this.kinds.keys())
      if (file === fileOrFolder || file.startsWith(fileOrFolder + separator)) this.kinds.delete(file);
    return this.kinds.size !== before;
  }

  /** Forgets all that `keep` does not want. @returns whether anything changed. */
  retain(keep: (file: string) => boolean): boolean {
    const before = this.kinds.size;
    for (const file of this.kinds.keys()) if (!keep(file)) this.kinds.delete(file);
    return this.kinds.size !== before;
  }

  /** Paths of one kind, in alphabetical order. */
  of(kind: Exclude<Kind, 'other'>): string[] {
    return [...this.kinds].flatMap(([file, its]) => (its === kind ? [file] : [])).sort();
  }
}
