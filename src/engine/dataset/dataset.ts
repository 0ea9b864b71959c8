import path from 'node:path';
import {
  DatasetDescriptor,
  reportedSplit,
  type DataReference,
  type DatasetInfo,
  type Split,
} from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { RAW, type Normalization, type NormalizationInUse } from '../../protocol/normalization';
import { classesOf } from './classes';
import { Examples, normalizationTable, numbersIn } from './examples';
import { findDataset, type DataPlaces, type FindOptions } from './find';
import type { Recognized } from './sources';
import type { ArrayExamples, Part, SourceData } from './sources/source';
import { splitsOf, type Members } from './split';
import { standardization, type Standardization } from './standardization';

/** A dataset that was opened. Which shape its examples have in a network is not said yet. */
export interface OpenData {
  readonly info: DatasetInfo;
  /** Names its content, its place and its splits: what was computed under one key need not be computed again. */
  readonly key: string;
  /** The normalization that the person said. */
  readonly given: Normalization | undefined;
  /** The same data with another normalization said; cheap. */
  giving(normalization: Normalization | undefined): OpenData;
  /**
   * The same data as a network that takes `input` wants it.
   * @param input the shape of its input with the batch dimension; null: any size
   * @throws UserError where the data is of no use for any network yet
   */
  at(input: readonly (number | null)[] | undefined): Promise<SizedData>;
}

/** A dataset in memory, in the shape in which a network takes it. How its values become inputs is not said yet. */
export interface SizedData extends OpenData {
  /** Of one example. */
  readonly shape: readonly number[];
  /** What the examples are: pixels, which are normalized, or numbers, which enter as they are. */
  readonly kind: 'pixels' | 'numbers';
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

/** The dataset's descriptor, from a name, a place or a descriptor. */
export const describeData = (reference: DataReference): DatasetDescriptor =>
  typeof reference === 'string' ? DatasetDescriptor.parse({ source: reference }) : reference;

/** Finds, reads and checks a dataset; a relative place starts from `baseFolder`. Throws UserError, CancelledError. */
export async function openDataset(
  reference: DataReference,
  baseFolder: string,
  places: DataPlaces,
  options: FindOptions,
): Promise<OpenData> {
  const descriptor = describeData(reference);
  return readDataset(descriptor, await findDataset(descriptor, baseFolder, places, options));
}

/** Reads and checks a dataset that was found; `key` names its files as they are now. Throws UserError. */
export async function readDataset(
  descriptor: DatasetDescriptor,
  { place, source }: Recognized,
  key = JSON.stringify([descriptor, place.path]),
): Promise<OpenData> {
  const data = await source.open(place, descriptor);
  const name = data.name ?? path.basename(place.path).replace(/\.[^.]+$/, place.isFile ? '' : '$&');
  const { classNames, task } = classesOf(data, descriptor.classNames);
  const members = splitsOf(
    data.parts,
    {
      examples: descriptor.validationExamples ?? descriptor.validationImages,
      seed: descriptor.splitSeed ?? 0,
      stratified: data.stratified ?? false,
    },
    `The dataset in ${place.path}`,
  );
  const counts = (split: Split): number => members[split]?.members.length ?? 0;
  const info: DatasetInfo = {
    name,
    folder: place.path,
    sample: data.sample ?? false,
    format: source.format,
    task,
    classNames: [...classNames],
    shape: shapeOf(data, place.path),
    examples: { train: counts('train'), validation: counts('validation'), test: counts('test') },
    heldOut: data.parts.validation === undefined && members.validation !== undefined,
  };
  return opened(info, key, data.parts, members, descriptor.normalization);
}

/** The shape of the examples, which is the same in all parts. @throws UserError */
function shapeOf({ parts }: SourceData, where: string): number[] {
  const [first, ...others] = Object.values(parts);
  if (!first) throw new Error(`the dataset ${where} was opened without a part`);
  const { shape } = first.examples;
  const other = others.find(({ examples }) => examples.shape.join() !== shape.join());
  if (other)
    throw new UserError(
      `The images in ${first.examplesFrom} are ${shape.join('x')} and those in ${other.examplesFrom} ${other.examples.shape.join('x')}: they must agree.`,
    );
  return [...shape];
}

type Parts = SourceData['parts'];
type MembersOf = Readonly<Partial<Record<Split, Members>>>;

function opened(info: DatasetInfo, key: string, parts: Parts, members: MembersOf, given?: Normalization): OpenData {
  return {
    ...{ info, key, given },
    giving: (normalization) => opened(info, key, parts, members, normalization),
    at: async () => Promise.resolve(sized(opened(info, key, parts, members, given), parts, members)),
  };
}

function sized(open: OpenData, parts: Parts, members: MembersOf): SizedData {
  const { info } = open;
  const [{ examples }] = Object.values(parts) as [Part, ...Part[]];
  const { shape } = examples;
  const kind = examples.values instanceof Uint8Array ? 'pixels' : 'numbers';
  if (info.task !== 'classification')
    throw new UserError(
      `The dataset ${info.name} has numbers as targets and no classes, and only networks that tell classes apart can be evaluated or trained yet: choose data with classes.`,
    );
  let standard: Standardization | undefined;
  const data: SizedData = {
    ...{ ...open, shape, kind },
    standardization: () => (standard ??= kind === 'pixels' ? standardizationOf(parts, members) : null),
    under: (said) => {
      const normalization = kind === 'numbers' ? { ...said, mean: RAW.mean, std: RAW.std } : said;
      const lookup = kind === 'numbers' ? null : normalizationTable(normalization);
      const split = (wanted: Split): Examples => {
        const its = members[wanted];
        const part = its && parts[its.part];
        if (part?.target.kind !== 'class') throw new UserError(whyNoSplit(info, wanted));
        const { values } = part.examples;
        return new Examples(wanted, { values, labels: part.target.labels, members: its!.members, shape, lookup });
      };
      const reported = reportedSplit(info);
      return { ...data, normalization, reported, has: (wanted) => info.examples[wanted] > 0, split };
    },
  };
  return data;
}

/** Over the examples that are trained on, or where there are none, over those of the part that is there. */
function standardizationOf(parts: Parts, members: MembersOf): Standardization {
  const its = members.train ?? members.validation ?? members.test;
  const examples = its && (parts[its.part]?.examples satisfies ArrayExamples | undefined);
  if (!its || !(examples?.values instanceof Uint8Array)) return null;
  return standardization(examples.values, numbersIn(examples.shape), its.members);
}

const NAMES: Readonly<Record<Split, string>> = { train: 'training', validation: 'validation', test: 'test' };

/** The sentence for a split that a dataset has not. */
function whyNoSplit({ name, examples }: DatasetInfo, split: Split): string {
  const [there] = (['train', 'validation', 'test'] as const).filter((one) => examples[one] > 0);
  const has = there === undefined ? '' : ` (only ${examples[there]} ${NAMES[there]} examples)`;
  const remedy =
    split === 'test' ? 'measure another split' : 'give data with a training part, of which some can be held out';
  return `The dataset ${name} has no ${NAMES[split]} examples${has}: ${remedy}.`;
}
