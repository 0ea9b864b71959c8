import { access } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Described } from './describe';
import { downloadDataset, type DownloadOptions } from './download';
import { FASHION_MNIST, FASHION_MNIST_SAMPLE } from './fashion-mnist';
import { namedDataset, type NamedDataset } from './named';
import { recognize, type Recognized } from './sources';
import { hasAllFiles } from './sources/idx/files';

/** Folders of datasets on this machine; absolute. */
export interface DataPlaces {
  /** The person's setting `secateur.data.folder`. */
  dataFolder?: string | undefined;
  sampleFolder: string;
  cacheFolder: string;
  /** Only tests set another folder. */
  debianFolder?: string | undefined;
}

export interface FindOptions extends DownloadOptions {
  /** If false, nothing is downloaded. */
  download: boolean;
  /** Receives one sentence when something else is used in place of the requested dataset. */
  onNote?: ((sentence: string) => void) | undefined;
}

/** A dataset that was found, with the known facts where it was requested by name. */
export interface Found extends Recognized {
  readonly known?: Pick<NamedDataset, 'name' | 'classNames'>;
}

/** Finds a dataset by name or place; a relative place starts from `baseFolder`. Throws UserError. */
export async function findDataset(
  { descriptor: { source, format }, baseFolder }: Described,
  places: DataPlaces,
  options: FindOptions,
): Promise<Found> {
  const named = namedDataset(source);
  if (named) return findNamed(named, places, options);
  return recognize(source === FASHION_MNIST_SAMPLE ? places.sampleFolder : path.resolve(baseFolder, source), format);
}

/**
 * Finds a named dataset in this order: the setting, Debian's folder, the cache, a download. For Fashion-MNIST, the
 * setting may name any data, and the built-in sample comes last. Throws UserError, CancelledError.
 */
export async function findNamed(dataset: NamedDataset, places: DataPlaces, options: FindOptions): Promise<Found> {
  const { dataFolder, cacheFolder } = places;
  const { name, classNames } = dataset;
  const cached = path.join(cacheFolder, name);
  const found = async (folder: string): Promise<Found> => ({
    ...(await recognize(folder, dataset.format)),
    known: { name, classNames },
  });
  const own = dataFolder === undefined ? [] : dataset.folders.map((folder) => path.join(dataFolder, folder));
  for (const folder of own) if (await lies(dataset, folder)) return found(folder);
  if (name === FASHION_MNIST && dataFolder)
    return recognize(dataFolder, undefined, `The place ${dataFolder} in the setting secateur.data.folder`);
  const debian = dataset.debian && (places.debianFolder ?? dataset.debian.folder);
  for (const folder of [...(debian === undefined ? [] : [debian]), cached])
    if (await lies(dataset, folder)) return found(folder);
  let cause: unknown;
  if (options.download) {
    try {
      await downloadDataset(dataset, cached, options);
      return await found(cached);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      cause = error;
    }
  }
  const hasSample = name === FASHION_MNIST && (await hasAllFiles(places.sampleFolder));
  const looked = [...own, ...(debian === undefined ? [] : [debian]), cached];
  const { fetched, remedy } = absence(dataset, looked, options);
  const { title } = dataset;
  const where = looked.join(', ');
  const files = dataset.files.join(', ');
  if (!hasSample)
    throw new UserError(`${title} is not on this machine (looked for in ${where})${fetched}: ${remedy} (${files}).`, {
      cause,
    });
  if (cause !== undefined)
    options.onNote?.(
      `${title} is not on this machine (looked for in ${where})${fetched}, so the small sample that ships is used instead: ${remedy} (${files}).`,
    );
  return recognize(places.sampleFolder);
}

/** Tells whether a folder has all files of a dataset. */
async function lies({ format, files }: NamedDataset, folder: string): Promise<boolean> {
  if (format === 'idx') return hasAllFiles(folder);
  const there = files.map((file) => access(path.join(folder, file)).then(() => true, () => false)); // prettier-ignore
  return (await Promise.all(there)).every(Boolean);
}

/** Describes where a dataset was searched, and what a person can do. */
function absence(
  { address, debian }: NamedDataset,
  looked: readonly string[],
  options: FindOptions,
): { readonly fetched: string; readonly remedy: string } {
  const fetched = options.download ? ` and could not be fetched from ${options.address ?? address}` : '';
  const folder = looked.at(-1)!;
  const remedy = debian
    ? `install Debian's package ${debian.package}, or set secateur.data.folder to a folder with its files`
    : `put its files into ${folder}, or name the folder in which you have them`;
  return { fetched, remedy };
}
