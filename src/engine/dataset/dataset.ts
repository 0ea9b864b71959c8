import { DatasetDescriptor, type DataReference, type DatasetInfo, type Split } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { DatasetFiles } from './files';
import { findDataset, type DataPlaces, type FindOptions } from './find';
import { identify } from './identify';
import { parseIdxImages, parseIdxLabels, readMaybeGzipped, type IdxImages } from './idx';
import { Images, normalizationTable, type ImageStore } from './images';
import { defaultHoldOut, holdOut } from './split';

/** A dataset in memory: one byte a pixel. */
export interface Dataset {
  info: DatasetInfo;
  /** With the defaults filled in. */
  descriptor: DatasetDescriptor;
  /** The images of one split; cheap. */
  split(split: Split): Images;
}

/** The dataset's descriptor, from a name, a folder or a descriptor. */
export const describeData = (reference: DataReference): DatasetDescriptor =>
  typeof reference === 'string' ? DatasetDescriptor.parse({ source: reference }) : reference;

/** Finds, reads and checks a dataset; a relative folder starts from `baseFolder`. Throws UserError, CancelledError. */
export async function openDataset(
  reference: DataReference,
  baseFolder: string,
  places: DataPlaces,
  options: FindOptions,
): Promise<Dataset> {
  const descriptor = describeData(reference);
  const { folder, files } = await findDataset(descriptor.source, baseFolder, places, options);
  return readDataset(descriptor, folder, files);
}

/** Reads and checks the four files of a dataset. Throws UserError. */
export async function readDataset(
  descriptor: DatasetDescriptor,
  folder: string,
  files: DatasetFiles,
): Promise<Dataset> {
  const labelBytes = await readMaybeGzipped(files.trainLabels);
  const train = {
    images: parseIdxImages(await readMaybeGzipped(files.trainImages), files.trainImages),
    labels: parseIdxLabels(labelBytes, files.trainLabels),
  };
  const test = {
    images: parseIdxImages(await readMaybeGzipped(files.testImages), files.testImages),
    labels: parseIdxLabels(await readMaybeGzipped(files.testLabels), files.testLabels),
  };
  checkPair(train.images, train.labels, files.trainImages, files.trainLabels);
  checkPair(test.images, test.labels, files.testImages, files.testLabels);
  if (train.images.height !== test.images.height || train.images.width !== test.images.width)
    throw new UserError(
      `The images in ${files.trainImages} are ${size(train.images)} and those in ${files.testImages} ${size(test.images)}: they must agree.`,
    );

  const identity = identify(folder, labelBytes);
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
  const lookup = normalizationTable(descriptor.normalization);
  const store = (part: typeof train, members: Uint32Array): ImageStore => ({
    pixels: part.images.pixels,
    labels: part.labels,
    members,
    shape,
    lookup,
  });
  const splits: Record<Split, Images> = {
    train: new Images('train', store(train, parts.train)),
    validation: new Images('validation', store(train, parts.validation)),
    test: new Images(
      'test',
      store(
        test,
        Uint32Array.from({ length: test.images.count }, (_, i) => i),
      ),
    ),
  };
  return {
    descriptor,
    info: {
      name: identity.name,
      folder,
      sample: identity.sample,
      classNames,
      imageShape: [...shape],
      images: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    },
    split: (split) => splits[split],
  };
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
