import { DatasetDescriptor, type DataReference, type DatasetInfo, type Split } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { Normalization, NormalizationInUse } from '../../protocol/normalization';
import type { DatasetFiles } from './files';
import { findDataset, type DataPlaces, type FindOptions } from './find';
import { identify } from './identify';
import { readIdxImages, readIdxLabels, type IdxImages } from './idx';
import { Images, normalizationTable, type ImageStore } from './images';
import { defaultHoldOut, holdOut } from './split';
import { standardization, type Standardization } from './standardization';

/** A dataset in memory: one byte a pixel. How its pixels become inputs is not said yet. */
export interface OpenData {
  readonly info: DatasetInfo;
  /** Names its content, its place and its splits: what was computed under one key need not be computed again. */
  readonly key: string;
  /** The normalization that the person said. */
  readonly given: Normalization | undefined;
  /** Mean and standard deviation of x / 255 over the training images. */
  readonly standardization: Standardization;
  /** The same data with another normalization said; cheap. */
  giving(normalization: Normalization | undefined): OpenData;
  /** The same data as a network takes it; cheap. */
  under(normalization: NormalizationInUse): Dataset;
}

/** A dataset with the normalization under which its images enter a network. */
export interface Dataset extends OpenData {
  readonly normalization: NormalizationInUse;
  /** The images of one split; cheap. */
  split(split: Split): Images;
}

/** Names data and how it enters a model: what was computed under one key need not be computed again. */
export const dataKey = ({ key, normalization: { mean, std } }: Dataset): string => JSON.stringify([key, mean, std]);

/** The dataset's descriptor, from a name, a folder or a descriptor. */
export const describeData = (reference: DataReference): DatasetDescriptor =>
  typeof reference === 'string' ? DatasetDescriptor.parse({ source: reference }) : reference;

/** Finds, reads and checks a dataset; a relative folder starts from `baseFolder`. Throws UserError, CancelledError. */
export async function openDataset(
  reference: DataReference,
  baseFolder: string,
  places: DataPlaces,
  options: FindOptions,
): Promise<OpenData> {
  const descriptor = describeData(reference);
  const { folder, files } = await findDataset(descriptor.source, baseFolder, places, options);
  return readDataset(descriptor, folder, files);
}

/** Reads and checks the four files of a dataset; `key` names them as they are now. Throws UserError. */
export async function readDataset(
  descriptor: DatasetDescriptor,
  folder: string,
  files: DatasetFiles,
  key = JSON.stringify([descriptor, folder]),
): Promise<OpenData> {
  const { labels, sha256 } = await readIdxLabels(files.trainLabels);
  const train = { images: await readIdxImages(files.trainImages), labels };
  const test = {
    images: await readIdxImages(files.testImages),
    labels: (await readIdxLabels(files.testLabels)).labels,
  };
  checkPair(train.images, train.labels, files.trainImages, files.trainLabels);
  checkPair(test.images, test.labels, files.testImages, files.testLabels);
  if (train.images.height !== test.images.height || train.images.width !== test.images.width)
    throw new UserError(
      `The images in ${files.trainImages} are ${size(train.images)} and those in ${files.testImages} ${size(test.images)}: they must agree.`,
    );

  const identity = identify(folder, sha256);
  const classNames = namesOfClasses(descriptor.classNames ?? identity.classNames, train.labels);
  checkLabels(train.labels, classNames.length, files.trainLabels);
  checkLabels(test.labels, classNames.length, files.testLabels);

  const held = descriptor.validationImages ?? defaultHoldOut(train.images.count);
  if (held >= train.images.count)
    throw new UserError(
      `The dataset in ${folder} has ${train.images.count} training images, so ${held} cannot be held out for validation.`,
    );
  const parts = holdOut(train.images.count, held, descriptor.splitSeed);
  const shape = [train.images.height, train.images.width, 1] as const;
  const pixels = standardization(train.images.pixels, shape[0] * shape[1], parts.train);
  const testMembers = Uint32Array.from({ length: test.images.count }, (_, i) => i);
  const data = (lookup: Float32Array): Record<Split, Images> => {
    const store = (part: typeof train, members: Uint32Array): ImageStore => ({
      ...{ pixels: part.images.pixels, labels: part.labels, members, shape, lookup },
    });
    return {
      train: new Images('train', store(train, parts.train)),
      validation: new Images('validation', store(train, parts.validation)),
      test: new Images('test', store(test, testMembers)),
    };
  };
  const info: DatasetInfo = {
    name: identity.name,
    folder,
    sample: identity.sample,
    classNames,
    imageShape: [...shape],
    images: { train: parts.train.length, validation: parts.validation.length, test: test.images.count },
  };
  const giving = (given: Normalization | undefined): OpenData => ({
    ...{ info, key, given, giving, standardization: pixels },
    under: (normalization) => {
      const splits = data(normalizationTable(normalization));
      return { ...giving(given), normalization, split: (split) => splits[split] };
    },
  });
  return giving(descriptor.normalization);
}

const size = (images: IdxImages): string => `${images.height}x${images.width}`;

function checkPair(images: IdxImages, labels: Uint8Array, imagesFile: string, labelsFile: string): void {
  if (images.count !== labels.length)
    throw new UserError(
      `${imagesFile} has ${images.count} images but ${labelsFile} ${labels.length} labels: they must agree.`,
    );
  if (images.count === 0) throw new UserError(`The dataset file ${imagesFile} has no images.`);
}

/** Classes without names are called by their number; there are as many as the training labels tell. */
function namesOfClasses(names: readonly string[] | undefined, trainLabels: Uint8Array): string[] {
  if (names) return [...names];
  let highest = 0;
  for (const label of trainLabels) highest = Math.max(highest, label);
  return Array.from({ length: highest + 1 }, (_, label) => String(label));
}

function checkLabels(labels: Uint8Array, classes: number, file: string): void {
  const at = labels.findIndex((label) => label >= classes);
  if (at >= 0)
    throw new UserError(
      `The dataset file ${file} has label ${labels[at]!} at image ${at + 1}: labels must be 0 to ${classes - 1}.`,
    );
}
