import path from 'node:path';
import type { DataReference, DatasetDescriptor, DatasetInfo, Preprocess, Split } from '../../protocol/dataset';
import type { Normalization, NormalizationInUse } from '../../protocol/normalization';
import { classesOf } from './classes';
import { describedData } from './describe';
import type { Examples } from './examples';
import { findDataset, type DataPlaces, type FindOptions } from './find';
import type { LoadListener } from './pictures/load';
import { DataSizes, shapeOf } from './sizes';
import type { Recognized } from './sources';
import { splitsOf } from './split';
import type { Standardization } from './standardization';
import { sizedData } from './sized';

/** A dataset that was opened. Which shape its examples have in a network is not said yet. */
export interface OpenData {
  readonly info: DatasetInfo;
  /** Names its content, its place and its splits: what was computed under one key need not be computed again. */
  readonly key: string;
  /** What a person should know of it, a sentence each. */
  readonly notes: readonly string[];
  /** What told how the data lies, in a sentence. */
  readonly evidence: string;
  /** How pictures become images, as far as it was said. */
  readonly preprocess: Preprocess;
  /** The normalization that the person said. */
  readonly given: Normalization | undefined;
  /** The same data with another normalization said; cheap. */
  giving(normalization: Normalization | undefined): OpenData;
  /**
   * The same data as a network that takes `input` wants it; pictures are decoded, once for each size.
   * @param input the shape of its input with the batch dimension; null: any size
   * @throws UserError where the data is of no use for any network yet, CancelledError
   */
  at(input: readonly (number | null)[] | undefined, listener?: LoadListener): Promise<SizedData>;
}

/** A dataset in memory, in the shape in which a network takes it. How its values become inputs is not said yet. */
export interface SizedData extends OpenData {
  /** Of one example. */
  readonly shape: readonly number[];
  /** What the examples are: pixels, which are normalized, or numbers, which enter as they are. */
  readonly kind: 'pixels' | 'numbers';
  /**
   * The same data with its classes in the order in which a model knows them, where names alone decide their order; else as it is.
   * @throws UserError where the model knows other classes
   */
  inOrderOf(classNames: readonly string[]): SizedData;
  /** Mean and standard deviation of x / 255 over the training images; null for numbers too. */
  standardization(): Standardization;
  /** The same data as a network takes it; cheap. For numbers the normalization is that of raw values. */
  under(normalization: NormalizationInUse): Dataset;
}

/** A dataset with the normalization under which its examples enter a network. */
export interface Dataset extends SizedData {
  readonly normalization: NormalizationInUse;
  /** The split that reports measure. */
  readonly reported: Split;
  /** Whether there is such a split. */
  has(split: Split): boolean;
  /** The examples of one split; cheap. @throws UserError where there is no such split */
  split(split: Split): Examples;
}

/** Names data and how it enters a model: what was computed under one key need not be computed again. */
export const dataKey = ({ key, shape, normalization: { mean, std } }: Dataset): string =>
  JSON.stringify([key, shape, mean, std]);

/** Finds, reads and checks a dataset; a relative place starts from `baseFolder`. Throws UserError, CancelledError. */
export async function openDataset(
  reference: DataReference,
  baseFolder: string,
  places: DataPlaces,
  options: FindOptions,
): Promise<OpenData> {
  const described = await describedData(reference, baseFolder, places.dataFolder);
  return readDataset(described.descriptor, await findDataset(described, places, options));
}

/** Reads and checks a dataset that was found; `key` names its files as they are now. Throws UserError. */
export async function readDataset(
  descriptor: DatasetDescriptor,
  { place, source, evidence }: Recognized,
  key = JSON.stringify([descriptor, place.path]),
): Promise<OpenData> {
  const data = await source.open(place, descriptor);
  const { parts } = data;
  const { classNames, task } = classesOf(data, descriptor.classNames);
  const members = splitsOf(
    parts,
    {
      examples: descriptor.validationExamples ?? descriptor.validationImages,
      seed: descriptor.splitSeed ?? 0,
      stratified: data.stratified ?? false,
    },
    `The dataset in ${place.path}`,
  );
  const count = (split: Split): number => members[split]?.members.length ?? 0;
  const info: DatasetInfo = {
    name: data.name ?? (place.isFile ? path.parse(place.path).name : path.basename(place.path)),
    folder: place.path,
    sample: data.sample ?? false,
    format: source.format,
    task,
    classNames: [...classNames],
    shape: shapeOf(parts),
    examples: { train: count('train'), validation: count('validation'), test: count('test') },
    heldOut: parts.validation === undefined && members.validation !== undefined,
  };
  const preprocess = descriptor.preprocess ?? {};
  const sizes = new DataSizes(parts, preprocess, info.name);
  const told = `It holds ${evidence}.`;
  const giving = (given: Normalization | undefined): OpenData => {
    const open: OpenData = {
      ...{ info, key, given, giving, preprocess, evidence: told, notes: data.notes ?? [] },
      at: async (input, listener = {}) => sizedData(open, data, members, await sizes.at(input, listener)),
    };
    return open;
  };
  return giving(descriptor.normalization);
}
