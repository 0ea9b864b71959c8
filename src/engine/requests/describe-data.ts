import type { DataDescription } from '../../protocol/data-description';
import type { Split } from '../../protocol/dataset';
import type { OpenData } from '../dataset/open-data';

const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

/** Answers `describeData`. */
export function describeData({
  info,
  targets,
  given,
  preprocess,
  columns,
  header,
  evidence,
  notes,
}: OpenData): DataDescription {
  const { name, folder, format, task, classNames, shape, examples, heldOut } = info;
  return {
    ...{ source: folder, name, format, task, classes: classNames, shape },
    splits: SPLITS.filter((split) => examples[split] > 0).map((split) => ({
      ...{ name: split, examples: examples[split], heldOut: split === 'validation' && heldOut },
    })),
    preprocess: { ...preprocess, ...(given ? { normalization: { mean: given.mean, std: given.std } } : {}) },
    ...(columns ? { columns: [...columns] } : {}),
    ...(header === undefined ? {} : { header }),
    ...(targets.named && targets.named.size > 0
      ? { arrays: [...targets.named].map(([name, facts]) => ({ name, shape: [...facts.shape] })) }
      : {}),
    evidence: [evidence, ...notes],
  };
}
