import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { DATASET_NAMES_TEXT, type DataFormat } from '../../../protocol/dataset';
import { UserError } from '../../../protocol/errors';
import { cifar } from './cifar';
import { idx } from './idx';
import { images } from './images';
import { npy } from './npy';
import { parquet } from './parquet';
import type { Place, Source } from './source';
import { table } from './table';

/** All sources, in the order in which they try to recognize a place. */
const SOURCES: readonly Source[] = [idx, cifar, npy, parquet, table, images];

/** The formats that Secateur reads, in words. */
const READS = 'folders of pictures, IDX files, arrays of NumPy, a table, Parquet files, or binary files of CIFAR-10';

/** A place, the source that reads it, and the evidence for that. */
export interface Recognized {
  readonly place: Place;
  readonly source: Source;
  readonly evidence: string;
}

/**
 * Recognizes the format of the data in a place.
 * @param format set by the descriptor; by default the content decides
 * @param what names the place in a sentence
 * @throws UserError where there is nothing, or nothing that Secateur reads
 */
export async function recognize(given: string, format?: DataFormat, what?: string): Promise<Recognized> {
  const place = await placeOf(given, what);
  const named = what ?? `The dataset ${place.isFile ? 'file' : 'folder'} ${given}`;
  for (const source of SOURCES) {
    if (format !== undefined && format !== source.format) continue;
    const evidence = await source.recognize(place);
    if (evidence !== undefined) return { place, source, evidence };
    if (format !== undefined)
      throw new UserError(`${named} holds no data of the format ${format}: leave "format" out.`, { at: ['format'] });
  }
  throw new UserError(`${named} holds nothing that Secateur reads: give ${READS}.`);
}

async function placeOf(given: string, what = `The dataset ${given}`): Promise<Place> {
  try {
    if ((await stat(given)).isDirectory()) {
      const names = (await readdir(given)).filter((name) => !name.startsWith('.')).sort();
      return { path: given, isFile: false, names };
    }
    return { path: given, isFile: true, names: [path.basename(given)] };
  } catch (cause) {
    throw new UserError(`${what} does not exist or cannot be read: give ${DATASET_NAMES_TEXT}, a folder or a file.`, {
      cause,
    });
  }
}
