import type * as z from 'zod';
import type { FigureCache, FigureKind, KeptFigures, StampedFiles } from './figure-cache';
import { readCheckpoint, checkpointStamp, type ReadOptions } from './read';
import type { ReadListener } from './read-large';
import { Readings } from './readings';
import { SharedReading } from './shared-reading';
import type { Checkpoint } from './types';

/** An open checkpoint and values computed from it. */
export interface Session {
  readonly checkpoint: Checkpoint;
  /** Computes `key` once for this checkpoint and keeps it until the checkpoint changes on disk or is released. */
  memo<T>(key: string, make: () => Promise<T>, dispose?: (value: T) => void): Promise<T>;
  /** Figures of a large checkpoint that outlive this engine; undefined for others, and where none are kept. */
  readonly figures?: KeptFigures | undefined;
}

/**
 * The open checkpoints by path. Each is read once, read again when its files change, and dropped when others take its
 * place. Values of a checkpoint are disposed of when their last user ends.
 */
export class CheckpointStore {
  private readonly open = new Map<string, SharedReading<Entry>>();
  /** A panel that is opened again is quick. */
  private readonly readings = new Readings();

  /**
   * @param limit how many checkpoints are kept
   * @param warn hears what is doubtful about the files of a checkpoint, each time they are read
   * @param figures keeps figures of large checkpoints; asked when one is read
   */
  constructor(
    private readonly limit = 4,
    private readonly warn: (sentence: string) => void = () => undefined,
    private readonly figures: () => FigureCache | undefined = () => undefined,
  ) {}

  /**
   * Runs `work` with the checkpoint at `modelPath` as it is on disk now.
   * @param listener hears how it is read, and may cancel the wait for that; others who wait are not disturbed
   * @throws UserError where it cannot be read, CancelledError
   */
  async use<T>(modelPath: string, work: (session: Session) => Promise<T>, listener?: ReadListener): Promise<T> {
    const entry = await this.current(modelPath, listener);
    try {
      return await work(entry);
    } finally {
      entry.leave();
    }
  }

  /** Drops a checkpoint; requests that still use it finish undisturbed. */
  release(modelPath: string): void {
    const held = this.open.get(modelPath);
    this.open.delete(modelPath);
    held?.done.then((entry) => entry.retire()).catch(() => undefined);
  }

  /** Returns the entry that matches the files on disk, with the caller counted as a user. */
  private async current(modelPath: string, listener: ReadListener | undefined): Promise<Entry> {
    for (;;) {
      const held = this.open.get(modelPath) ?? this.read(modelPath);
      const entry = await held.wait(listener);
      let fresh = false;
      try {
        fresh = (await checkpointStamp(entry.checkpoint)) === entry.checkpoint.stamp;
      } finally {
        if (!fresh && this.open.get(modelPath) === held) this.release(modelPath);
      }
      if (fresh && entry.enter()) {
        // The most recently used entry moves to the end of the map; the first is dropped.
        if (this.open.get(modelPath) === held) {
          this.open.delete(modelPath);
          this.open.set(modelPath, held);
        }
        return entry;
      }
    }
  }

  private read(modelPath: string): SharedReading<Entry> {
    const forget = (): void => {
      if (this.open.get(modelPath) === entry) this.open.delete(modelPath);
    };
    const entry = new SharedReading(
      (listener) => Entry.read(modelPath, this.figures(), { ...listener, readings: this.readings }),
      forget,
    );
    this.open.set(modelPath, entry);
    entry.done.then(({ checkpoint }) => checkpoint.warnings.forEach(this.warn)).catch(forget);
    for (const oldest of this.open.keys()) {
      if (this.open.size <= this.limit) break;
      this.release(oldest);
    }
    return entry;
  }
}

/** Computes a figure once for an open checkpoint, and keeps that of a large one for other engines too. */
export const lasting = <T>(
  session: Session,
  kind: FigureKind,
  schema: z.ZodType<T>,
  make: () => Promise<T>,
): Promise<T> =>
  session.memo(kind, async () => {
    const known = await session.figures?.get(kind, schema);
    if (known !== undefined) return known;
    const made = await make();
    session.figures?.keep(kind, made);
    return made;
  });

/** Runs `work` with a checkpoint that no store holds; what it computes is disposed of at the end. @param figures see `Session` */
export async function withSession<T>(
  checkpoint: Checkpoint,
  work: (session: Session) => Promise<T>,
  figures?: KeptFigures,
): Promise<T> {
  const entry = Entry.of(checkpoint, figures);
  try {
    return await work(entry);
  } finally {
    entry.retire();
  }
}

class Entry implements Session {
  private readonly kept = new Map<string, { value: Promise<unknown>; dispose: () => void }>();
  private users = 0;
  private retired = false;
  private disposed = false;

  private constructor(
    readonly checkpoint: Checkpoint,
    readonly figures?: KeptFigures,
  ) {}

  static of(checkpoint: Checkpoint, figures?: KeptFigures): Entry {
    return new Entry(checkpoint, figures);
  }

  static async read(modelPath: string, figures: FigureCache | undefined, options: ReadOptions): Promise<Entry> {
    let found: KeptFigures | undefined;
    const kept = async (about: StampedFiles) => (found = await figures?.of(about));
    const checkpoint = await readCheckpoint(modelPath, { ...options, kept });
    return new Entry(checkpoint, found);
  }

  /** @returns false where it is disposed of already */
  enter(): boolean {
    if (this.disposed) return false;
    this.users++;
    return true;
  }

  leave(): void {
    this.users--;
    this.disposeIfIdle();
  }

  retire(): void {
    this.retired = true;
    this.disposeIfIdle();
  }

  memo<T>(key: string, make: () => Promise<T>, dispose?: (value: T) => void): Promise<T> {
    const held = this.kept.get(key);
    // One key has one type: keys are constants of the module that makes the value.
    if (held) return held.value as Promise<T>;
    const value = make();
    this.kept.set(key, { value, dispose: () => void value.then(dispose, () => undefined) });
    value.catch(() => this.kept.delete(key));
    return value;
  }

  private disposeIfIdle(): void {
    if (!this.retired || this.users > 0 || this.disposed) return;
    this.disposed = true;
    for (const { dispose } of this.kept.values()) dispose();
    this.kept.clear();
  }
}
