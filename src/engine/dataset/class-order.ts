import type { DatasetInfo } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { SourceData } from './sources/source';

/**
 * Renumbers the classes of a dataset as a model numbers them. Undefined where the numbers agree already, or the model
 * has no class names.
 * @param known the names of the classes in the order of the model's outputs
 * @throws UserError where the model has other classes
 */
export function inOrder(
  { name, classNames }: Pick<DatasetInfo, 'name' | 'classNames'>,
  parts: SourceData['parts'],
  known: readonly string[],
): SourceData['parts'] | undefined {
  if (known.length !== classNames.length || known.join('\n') === classNames.join('\n')) return undefined;
  if (known.every((one, i) => one === String(i))) return undefined;
  const numbers = classNames.map((one) => known.indexOf(one));
  if (numbers.includes(-1))
    throw new UserError(
      `The model was trained to tell ${known.join(', ')} apart, but the classes of ${name} are ${classNames.join(', ')}: call them alike, or name those of the data in the order of the model's outputs, in a labels.txt beside them or as "classNames" in a NAME.data.json.`,
    );
  const renumbered = Object.entries(parts).map(([split, part]) => {
    const { target } = part;
    if (target.kind !== 'class') return [split, part] as const;
    const labels = target.labels.map((label) => numbers[label]!);
    return [split, { ...part, target: { ...target, labels } }] as const;
  });
  return Object.fromEntries(renumbered);
}
