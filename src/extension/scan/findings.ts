import type { Kind } from './classify';

/** The kinds of files found so far, by absolute path. */
export class Findings {
  private readonly kinds = new Map<string, Exclude<Kind, 'other'>>();

  /** Paths of everything found so far. */
  get all(): ReadonlySet<string> {
    return new Set(this.kinds.keys());
  }

  /** @returns true if something changed */
  set(file: string, kind: Kind): boolean {
    if (this.kinds.get(file) === (kind === 'other' ? undefined : kind)) return false;
    if (kind === 'other') this.kinds.delete(file);
    else this.kinds.set(file, kind);
    return true;
  }

  /** Forgets a file, or everything in a folder. @returns true if something changed */
  remove(fileOrFolder: string, separator: string): boolean {
    const before = this.kinds.size;
    for (const file of this.kinds.keys())
      if (file === fileOrFolder || file.startsWith(fileOrFolder + separator)) this.kinds.delete(file);
    return this.kinds.size !== before;
  }

  /** Forgets everything that `keep` rejects. @returns true if something changed */
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
