/** A list of listeners for one kind of event, without vscode. */
export class Listeners<T> {
  private readonly all = new Set<(event: T) => void>();

  /** @returns what to call to hear no more. */
  add(listener: (event: T) => void): () => void {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  fire(event: T): void {
    for (const listener of [...this.all]) listener(event);
  }
}
