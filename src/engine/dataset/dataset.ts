import path from 'node:path';
import type { DataReference, DatasetDescriptor, DatasetInfo, Split } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { Normalization } from '../../protocol/normalization';
import { targetsOf, taskOfData } from './classes';
import { conventional } from './convention';
import { describedData } from './describe';
import { findDataset, type DataPlaces, type FindOptions, type Found } from './find';
import type { OpenData } from './open-data';
import type { Room } from './pictures/load';
import { DataSizes, shapeOf } from './sizes';
import { splitsOf } from './split';
import { sizedData, whyNoSplit } from './sized';
import { someExamples } from './some-examples';

/** Finds, reads and checks a dataset; a relative place starts from `baseFolder`. Throws UserError, CancelledError. */
export async function openDataset(
  reference: DataReference,
  baseFolder: string,
  places: DataPlaces,
  options: FindOptions,
): Promise<OpenData> {
  const described = await describedData(reference, baseFolder, places.dataFolder);
  return readDataset(described.descriptor, await findDataset(described, places, options), roomIn(places));
}

/** Returns the place of the decoded pictures of datasets. */
export const roomIn = ({ cacheFolder }: DataPlaces): Room => ({ cache: { folder: path.join(cacheFolder, 'pixels') } });

/** Reads and checks a dataset that was found; `key` identifies its files in their present state. Throws UserError. */
export async function readDataset(
  descriptor: DatasetDescriptor,
  { place, source, evidence, known }: Found,
  room: Room,
  key = JSON.stringify([descriptor, place.path]),
): Promise<OpenData> {
  const read = await source.open(place, descriptor);
  // Facts from the files win over facts from the name.
  const data = { ...read, name: read.name ?? known?.name, classNames: read.classNames ?? known?.classNames };
  const { parts } = data;
  const targets = targetsOf(data, descriptor);
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
    task: taskOfData(targets),
    classNames: [...(targets.classNames ?? [])],
    shape: shapeOf(parts),
    examples: { train: count('train'), validation: count('validation'), test: count('test') },
    heldOut: parts.validation === undefined && members.validation !== undefined,
  };
  const { preprocess, normalization } = conventional(descriptor, place.path);
  const sizes = new DataSizes(parts, preprocess, info.name, room);
  const told = `It holds ${evidence}.`;
  const giving = (said: Normalization | undefined): OpenData => {
    const given = said ?? normalization;
    const some: OpenData['some'] = async (split, wanted, taker = {}, signal) => {
      const [its, part] = [members[split], parts[members[split]?.part ?? split]];
      if (!its || !part) throw new UserError(whyNoSplit(info, split));
      const form = sizes.formAt(taker.input, taker.usual);
      const prepared = { form, normalization: given ?? taker.normalization };
      return someExamples(part, its.members, wanted, { ...prepared, classNames: info.classNames, signal });
    };
    const open: OpenData = {
      ...{ info, targets, key, given, giving, some, preprocess, evidence: told, notes: data.notes ?? [] },
      ...{ columns: data.columns, header: data.header },
      at: async (input, listener = {}, usual = {}) =>
        sizedData(open, data, members, await sizes.at(input, listener, usual)),
    };
    return open;
  };
  return giving(undefined);
}
