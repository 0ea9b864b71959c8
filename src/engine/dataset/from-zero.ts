import type { Part, SourceData, Target } from './sources/source';

/**
 * Renumbers classes from 0 if they are numbered from 1, as those of EMNIST's letters are. Leaves them unchanged where
 * the number of given names includes one for 0.
 */
export function fromZero(data: SourceData, names = 0): SourceData {
  const all = Object.values(data.parts).flatMap(({ target }) => (target.kind === 'class' ? [target.labels] : []));
  let [least, most] = [Infinity, 0];
  for (const labels of all) for (const label of labels) [least, most] = [Math.min(least, label), Math.max(most, label)];
  if (least !== 1 || names > most || data.name !== undefined) return data;
  const shifted = ({ target, ...part }: Part): Part => ({ ...part, target: oneLess(target) });
  return {
    ...data,
    parts: Object.fromEntries(Object.entries(data.parts).map(([split, part]) => [split, shifted(part)])),
    classNames:
      data.classNames?.length === most ? data.classNames : Array.from({ length: most }, (_, i) => String(i + 1)),
    notes: [...(data.notes ?? []), `The labels begin at 1, so that class ${most} is output ${most - 1} of a network.`],
  };
}

const oneLess = (target: Target): Target =>
  target.kind === 'class' ? { ...target, labels: target.labels.map((label) => label - 1) } : target;
