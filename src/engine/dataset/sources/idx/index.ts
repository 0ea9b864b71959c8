import path from 'node:path';
import type { DatasetDescriptor, Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { fromZero } from '../../from-zero';
import { examplesOf, targetOf, type Numbers } from '../../values';
import type { Part, Place, Source, SourceData, Target } from '../source';
import { idxFilesAmong, pairOf } from './files';
import { identify } from './identify';
import { IMAGES, LABELS, readIdxFile } from './read';

const SPLITS = { train: 'train', test: 'test' } as const satisfies Partial<Record<Split, 'train' | 'test'>>;

/** IDX files in the form of MNIST: images and labels of a training part, of a test part, or of both. */
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
      target: classesIn(labels.numbers, `The dataset file ${pair.labels}`),
      examplesFrom: pair.images,
      labelsFrom: pair.labels,
    };
    if (split === 'train') known = identify(labels.sha256);
  }
  return fromZero({ parts, ...known }, classNames?.length);
}

/** Labels of IDX files are classes, not numbers. @throws UserError where one is negative */
function classesIn(numbers: Numbers, where: string): Target {
  const target = targetOf(numbers, [], where);
  if (target.kind === 'class') return { kind: 'class', labels: target.labels };
  if (target.kind === 'values' && target.noClasses !== undefined) throw new UserError(target.noClasses);
  return target;
}
