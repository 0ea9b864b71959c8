import path from 'node:path';
import { CancelledError, UserError } from '../../protocol/errors';
import { downloadFashionMnist, type DownloadOptions } from './download';
import { DEBIAN_FOLDER, FASHION_MNIST, FASHION_MNIST_SAMPLE, OFFICIAL_ADDRESS } from './fashion-mnist';
import { lookForFiles, requireFiles, type DatasetFiles } from './files';

/** Where datasets may lie on this machine; absolute folders. */
export interface DataPlaces {
  /** The person's setting `secateur.data.folder`. */
  dataFolder?: string | undefined;
  sampleFolder: string;
  cacheFolder: string;
  /** Only tests look elsewhere. */
  debianFolder?: string | undefined;
}

export interface FindOptions extends DownloadOptions {
  /** False: what is not on this machine is not fetched. */
  download: boolean;
  /** Hears one sentence when something other than what was asked for is used. */
  onNote?: ((sentence: string) => void) | undefined;
}

export interface FoundFiles {
  folder: string;
  files: DatasetFiles;
}

/** Finds a dataset by name or folder; a relative folder starts from `baseFolder`. Throws UserError. */
export async function findDataset(
  source: string,
  baseFolder: string,
  places: DataPlaces,
  options: FindOptions,
): Promise<FoundFiles> {
  if (source === FASHION_MNIST) return findFashionMnist(places, options);
  const folder = source === FASHION_MNIST_SAMPLE ? places.sampleFolder : path.resolve(baseFolder, source);
  return { folder, files: await requireFiles(folder) };
}

/** In this order: the setting, Debian's folder, the cache, a download, the sample that ships. */
async function findFashionMnist(places: DataPlaces, options: FindOptions): Promise<FoundFiles> {
  const { dataFolder } = places;
  if (dataFolder) {
    const what = `The folder ${dataFolder} in the setting secateur.data.folder`;
    return { folder: dataFolder, files: await requireFiles(dataFolder, what) };
  }
  const cached = path.join(places.cacheFolder, FASHION_MNIST);
  for (const folder of [places.debianFolder ?? DEBIAN_FOLDER, cached]) {
    const files = await lookForFiles(folder);
    if (!('missing' in files)) return { folder, files };
  }
  if (options.download) {
    try {
      await downloadFashionMnist(cached, options);
      return { folder: cached, files: await requireFiles(cached) };
    } catch (cause) {
      if (cause instanceof CancelledError) throw cause;
      await explainOffline(places, options, cause);
    }
  }
  return { folder: places.sampleFolder, files: await requireFiles(places.sampleFolder) };
}

/** Says why the sample stands in for the whole dataset; where there is no sample either, that is the failure. */
async function explainOffline(places: DataPlaces, options: FindOptions, cause: unknown): Promise<void> {
  const failure = `Fashion-MNIST is not on this machine and could not be fetched from ${options.address ?? OFFICIAL_ADDRESS}`;
  const remedy =
    "install Debian's package dataset-fashion-mnist, or set secateur.data.folder to a folder with its four IDX files";
  if ('missing' in (await lookForFiles(places.sampleFolder))) throw new UserError(`${failure}: ${remedy}.`, { cause });
  options.onNote?.(`${failure}, so the small sample that ships is used instead: ${remedy}.`);
}
