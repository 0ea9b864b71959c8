import type { DatasetInfo } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { SourceData } from './sources/source';

/**
 * Returns the class names: the given ones, those in the files, or the class numbers. Empty where the targets are not
 * classes.
 * @throws UserError where a label has no name
 */
export function classesOf(
  { parts, classNames }: SourceData,
  given: readonly string[] | undefined,
): { readonly task: DatasetInfo['task']; readonly classNames: readonly string[] } {
  const all = Object.values(parts).flatMap(({ target, labelsFrom }) =>
    target.kind === 'class' ? [{ labels: target.labels, labelsFrom }] : [],
  );
  if (all.length < Object.values(parts).length) return { task: 'values', classNames: [] };
  const names = given ?? classNames ?? numbered(parts.train ? all.slice(0, 1) : all);
  for (const { labels, labelsFrom } of all) {
    const at = labels.findIndex((label) => label >= names.length);
    if (at >= 0)
      throw new UserError(
        `The dataset file ${labelsFrom} has label ${labels[at]!} at image ${at + 1}: labels must be 0 to ${names.length - 1}.`,
      );
  }
  return { task: 'classification', classNames: names };
}

/** Names classes by their numbers, up to the largest training label. */
function numbered(all: readonly { readonly labels: Int32Array }[]): string[] {
  let highest = 0;
  for (const { labels } of all) for (const label of labels) highest = Math.max(highest, label);
  return Array.from({ length: highest + 1 }, (_, label) => String(label));
}
