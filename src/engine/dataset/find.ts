import path from 'node:path';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Described } from './describe';
import { downloadFashionMnist, type DownloadOptions } from './download';
import { DEBIAN_FOLDER, FASHION_MNIST, FASHION_MNIST_SAMPLE, OFFICIAL_ADDRESS } from './fashion-mnist';
import { recognize, type Recognized } from './sources';
import { hasAllFiles } from './sources/idx/files';

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

/** Finds a dataset by name or place; a relative place starts from `baseFolder`. Throws UserError. */
export async function findDataset(
  { descriptor: { source, format }, baseFolder }: Described,
  places: DataPlaces,
  options: FindOptions,
): Promise<Recognized> {
  if (source === FASHION_MNIST) return findFashionMnist(places, options);
  return recognize(source === FASHION_MNIST_SAMPLE ? places.sampleFolder : path.resolve(baseFolder, source), format);
}

/** In this order: the setting, Debian's folder, the cache, a download, the sample that ships. */
async function findFashionMnist(places: DataPlaces, options: FindOptions): Promise<Recognized> {
  const { dataFolder } = places;
  if (dataFolder)
    return recognize(dataFolder, undefined, `The place ${dataFolder} in the setting secateur.data.folder`);
  const cached = path.join(places.cacheFolder, FASHION_MNIST);
  for (const folder of [places.debianFolder ?? DEBIAN_FOLDER, cached])
    if (await hasAllFiles(folder)) return recognize(folder);
  if (options.download) {
    try {
      await downloadFashionMnist(cached, options);
      return await recognize(cached);
    } catch (cause) {
      if (cause instanceof CancelledError) throw cause;
      await explainOffline(places, options, cause);
    }
  }
  return recognize(places.sampleFolder);
}

/** Says why the sample stands in for the whole dataset; where there is no sample either, that is the failure. */
async function explainOffline(places: DataPlaces, options: FindOptions, cause: unknown): Promise<void> {
  const failure = `Fashion-MNIST is not on this machine and could not be fetched from ${options.address ?? OFFICIAL_ADDRESS}`;
  const remedy =
    "install Debian's package dataset-fashion-mnist, or set secateur.data.folder to a folder with its four IDX files";
  if (!(await hasAllFiles(places.sampleFolder))) throw new UserError(`${failure}: ${remedy}.`, { cause });
  options.onNote?.(`${failure}, so the small sample that ships is used instead: ${remedy}.`);
}
