import path from 'node:path';
import type { DatasetDescriptor, Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { examplesOf, targetOf } from '../../values';
import type { Part, Place, Source, SourceData, Target } from '../source';
import { idxFilesAmong, pairOf } from './files';
import { identify } from './identify';
import { IMAGES, LABELS, readIdxFile } from './read';

const SPLITS = { train: 'train', test: 'test' } as const satisfies Partial<Record<Split, 'train' | 'test'>>;

/** IDX files as MNIST set them: images and labels of a training part, of a test part, or of both. */
export const idx: Source = {
  format: 'idx',
  recognize: ({ isFile, names }) => {
    const found = isFile ? [] : Object.values(idxFilesAmong(names));
    return Promise.resolve(found.length > 0 ? `IDX files (${found.join(', ')})` : undefined);
  },
  stamped: ({ path: folder, names }) =>
    Promise.resolve(Object.values(idxFilesAmong(names)).map((name) => path.join(folder, name))),
  open,
};

async function open({ path: folder, names }: Place, { classNames }: DatasetDescriptor): Promise<SourceData> {
  const files = idxFilesAmong(names);
  const parts: Partial<Record<Split, Part>> = {};
  let known: ReturnType<typeof identify>;
  for (const split of Object.values(SPLITS)) {
    const pair = pairOf(folder, files, split);
    if (!pair) continue;
    const labels = await readIdxFile(pair.labels, LABELS);
    const images = await readIdxFile(pair.images, IMAGES);
    const [count, ...sizes] = images.sizes as [number, ...number[]];
    if (count !== labels.sizes[0])
      throw new UserError(
        `${pair.images} has ${count} images but ${pair.labels} ${labels.sizes[0]} labels: they must agree.`,
      );
    if (count === 0) throw new UserError(`The dataset file ${pair.images} has no images.`);
    parts[split] = {
      count,
      examples: examplesOf(
        images.numbers,
        sizes.length === 2 ? [...sizes, 1] : sizes,
        `The dataset file ${pair.images}`,
      ),
      target: targetOf(labels.numbers, 1, `The dataset file ${pair.labels}`),
      examplesFrom: pair.images,
      labelsFrom: pair.labels,
    };
    if (split === 'train') known = identify(labels.sha256);
  }
  return fromZero({ parts, ...known }, classNames?.length);
}

/**
 * Classes that are numbered from 1, as those of EMNIST's letters are, are numbered from 0 here, unless so many names are given
 * that there is one for 0.
 */
function fromZero(data: SourceData, names = 0): SourceData {
  const all = Object.values(data.parts).flatMap(({ target }) => (target.kind === 'class' ? [target.labels] : []));
  let [least, most] = [Infinity, 0];
  for (const labels of all) for (const label of labels) [least, most] = [Math.min(least, label), Math.max(most, label)];
  if (least !== 1 || names > most || data.name !== undefined) return data;
  const shifted = ({ target, ...part }: Part): Part => ({ ...part, target: oneLess(target) });
  return {
    ...data,
    parts: Object.fromEntries(Object.entries(data.parts).map(([split, part]) => [split, shifted(part)])),
    classNames: Array.from({ length: most }, (_, i) => String(i + 1)),
    notes: [`The labels begin at 1, so that class ${most} is output ${most - 1} of a network.`],
  };
}

const oneLess = (target: Target): Target =>
  target.kind === 'class' ? { kind: 'class', labels: target.labels.map((label) => label - 1) } : target;
