import { stat } from 'node:fs/promises';
import type { DataReference } from '../../protocol/dataset';
import { readDataset } from './dataset';
import type { OpenData } from './open-data';
import { describedData } from './describe';
import { findDataset, type DataPlaces, type FindOptions } from './find';

/** How a dataset is opened; see FindOptions. */
export type OpenOptions = FindOptions;

/** How many datasets are held at once: 60 MB each for Fashion-MNIST. */
const LIMIT = 2;

/** The datasets in use: each is read once, and read again when its files change. */
export class DatasetStore {
  private readonly datasets = new Map<string, Promise<OpenData>>();

  constructor(
    private readonly places: DataPlaces,
    private readonly log: (message: string) => void,
  ) {}

  /** Finds, reads and checks a dataset; a relative folder starts from `baseFolder`. Throws UserError, CancelledError. */
  async open(reference: DataReference, baseFolder: string, options: OpenOptions): Promise<OpenData> {
    const described = await describedData(reference, baseFolder, this.places.dataFolder);
    const onNote = (sentence: string): void => {
      this.log(sentence);
      options.onNote?.(sentence);
    };
    const found = await findDataset(described, this.places, { ...options, onNote });
    const files = await found.source.stamped(found.place);
    const stamps = await Promise.all(files.map((file) => stat(file)));
    const { normalization, ...rest } = described.descriptor;
    // The same examples are held once, however they are to be normalized.
    const key = JSON.stringify([rest, found.place.path, stamps.map(({ size, mtimeMs, ino }) => [size, mtimeMs, ino])]);
    const held = this.datasets.get(key) ?? readDataset(rest, found, key);
    // The last used goes to the end of the map; the first is pushed out.
    this.datasets.delete(key);
    this.datasets.set(key, held);
    for (const oldest of this.datasets.keys()) {
      if (this.datasets.size <= LIMIT) break;
      this.datasets.delete(oldest);
    }
    held.catch(() => this.datasets.delete(key));
    return (await held).giving(normalization);
  }
}
