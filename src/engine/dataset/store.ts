import { stat } from 'node:fs/promises';
import { isNamed, type DataReference } from '../../protocol/dataset';
import { CancelledError } from '../../protocol/errors';
import { readDataset, roomIn } from './dataset';
import type { OpenData } from './open-data';
import { describedData, type Described } from './describe';
import { findDataset, type DataPlaces, type FindOptions, type Found } from './find';

/** Options of opening a dataset; see FindOptions. */
export type OpenOptions = FindOptions;

/** Number of datasets in memory: 60 MB each for Fashion-MNIST. */
const LIMIT = 2;

/** Number of locations of datasets that are remembered. */
const MOST_PLACES = 20;

/** The location of a dataset, and the stamp that shows that nothing has changed. */
interface Located {
  readonly found: Found;
  /** Absolute. */
  readonly files: readonly string[];
  readonly stamps: string;
  /** The files and the place itself, whose time changes with its content. */
  readonly all: string;
}

/** The datasets in use: each is read once, and read again when its files change. */
export class DatasetStore {
  private readonly datasets = new Map<string, Promise<OpenData>>();
  private readonly found = new Map<string, Located>();

  constructor(
    private readonly places: DataPlaces,
    private readonly log: (message: string) => void,
  ) {}

  /**
   * Finds, reads and checks a dataset; a relative folder starts from `baseFolder`. A cancel ends only the caller's own
   * wait.
   * @throws UserError, CancelledError
   */
  open(reference: DataReference, baseFolder: string, options: OpenOptions): Promise<OpenData> {
    return orCancelled(this.read(reference, baseFolder, options), options.signal);
  }

  /**
   * The names of the columns of a table, even where their roles are not known yet; empty for other data.
   * @throws UserError, CancelledError
   */
  async columns(reference: DataReference, baseFolder: string, options: OpenOptions): Promise<readonly string[]> {
    const described = await describedData(reference, baseFolder, this.places.dataFolder);
    const { place, source } = await findDataset(described, this.places, options);
    return (await source.columns?.(place, described.descriptor)) ?? [];
  }

  private async read(reference: DataReference, baseFolder: string, options: OpenOptions): Promise<OpenData> {
    const described = await describedData(reference, baseFolder, this.places.dataFolder);
    const onNote = (sentence: string): void => {
      this.log(sentence);
      options.onNote?.(sentence);
    };
    const { found, stamps } = await this.located(described, { ...options, onNote });
    const { normalization, ...rest } = described.descriptor;
    // Examples are held once for all normalizations.
    const key = JSON.stringify([rest, found.place.path, found.known?.name, stamps]);
    const held = this.datasets.get(key) ?? readDataset(rest, found, roomIn(this.places), key);
    // The last one used moves to the end of the map; the first is removed.
    this.datasets.delete(key);
    this.datasets.set(key, held);
    for (const oldest of this.datasets.keys()) {
      if (this.datasets.size <= LIMIT) break;
      this.datasets.delete(oldest);
    }
    held.catch(() => this.datasets.delete(key));
    return (await held).giving(normalization);
  }

  /** Finds a dataset, which may read many files. A location is reused while nothing in it has changed. */
  private async located(described: Described, options: OpenOptions): Promise<Located> {
    const id = JSON.stringify(described);
    const known = this.found.get(id);
    if (known && (await stampOf([known.found.place.path, ...known.files])) === known.all) return known;
    const found = await findDataset(described, this.places, options);
    const files = await found.source.stamped(found.place);
    const located = { found, files, stamps: await stampOf(files), all: await stampOf([found.place.path, ...files]) };
    this.found.delete(id);
    // A name may lead to another place later, when that has files.
    if (!isNamed(described.descriptor.source)) this.found.set(id, located);
    for (const oldest of this.found.keys()) {
      if (this.found.size <= MOST_PLACES) break;
      this.found.delete(oldest);
    }
    return located;
  }
}

/** Waits for work, or until the wait is cancelled. */
async function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new CancelledError());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const done = (): void => signal.removeEventListener('abort', stop);
    work.then(resolve, reject).then(done, done);
  });
}

/** Returns size, time and number of each file; missing files have none. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map(async (file) => {
    try {
      const { size, mtimeMs, ino } = await stat(file);
      return [size, mtimeMs, ino];
    } catch {
      return null;
    }
  });
  return JSON.stringify(await Promise.all(stamps));
}
