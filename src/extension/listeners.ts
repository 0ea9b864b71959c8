/** A list of listeners for one kind of event, without vscode. */
export class Listeners<T> {
  private readonly all = new Set<(event: T) => void>();

  /** @returns a function that removes the listener */
  add(listener: (event: T) => void): () => void {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  fire(event: T): void {
    for (const listener of [...this.all]) listener(event);
  }
}
