import type { DatasetDescriptor, DatasetInfo } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { SourceData, Target } from './sources/source';
import { factsOf, namedFacts, type Targets } from './targets';

/**
 * Finds what the targets of a dataset are: classes with the given names, those in the files, or their numbers; numbers;
 * or both. The task of a model decides which of them it takes.
 * @throws UserError where a label has no name
 */
export function targetsOf(data: SourceData, descriptor: Said & Pick<DatasetDescriptor, 'classNames'>): Targets {
  const { task, loss, inputs, outputs, classNames } = descriptor;
  const said = { task, loss, inputs, outputs, classNames };
  const named = namedFacts(data.parts);
  return { ...mainTargets(data, descriptor, said), named, namedOnly: data.namedOnly };
}

type Said = Targets['said'];

function mainTargets(
  { parts, classNames }: SourceData,
  { classNames: given }: Pick<DatasetDescriptor, 'classNames'>,
  said: Said,
): Targets {
  const numbers = factsOf(parts);
  const all = Object.values(parts).map(({ target, labelsFrom }) => ({ target, labelsFrom }));
  const classes = all.flatMap(({ target, labelsFrom }) =>
    target.kind === 'class' ? [{ labels: target.labels, labelsFrom }] : [],
  );
  if (classes.length < all.length) {
    const noClasses = all.map(({ target }) => whyNoClasses(target)).find((why) => why !== undefined);
    const named =
      given && numbers?.whole && numbers.shape.length === 0 && numbers.least >= 0 && numbers.most < given.length;
    return { numbers, said, noClasses, ...(named ? { classNames: given } : {}) };
  }
  if (numbers && !given && !classNames && said.task === undefined && !areClasses(classes)) return { numbers, said };
  const names = given ?? classNames ?? numbered(parts.train ? classes.slice(0, 1) : classes);
  for (const { labels, labelsFrom } of classes) {
    const at = labels.findIndex((label) => label >= names.length);
    if (at < 0) continue;
    const why = `The dataset file ${labelsFrom} has label ${labels[at]!} at image ${at + 1}: labels must be 0 to ${names.length - 1}.`;
    // A network that answers with numbers takes any.
    if (numbers && !given && !classNames) return { numbers, said, noClasses: why };
    throw new UserError(why, given ? { at: ['classNames'] } : {});
  }
  return { classNames: names, numbers, said };
}

/** The task of data, as far as the data alone tells it. */
export function taskOfData({ classNames, numbers, named, namedOnly, said }: Targets): DatasetInfo['task'] {
  if (said.task) return said.task;
  if (namedOnly && named) return 'named';
  if (classNames) return 'classification';
  return numbers ? 'values' : 'none';
}

const whyNoClasses = (target: Target): string | undefined => (target.kind === 'values' ? target.noClasses : undefined);

/** Most classes that may be told apart although most of their numbers are missing. */
const FEW = 20;

/** Returns true for whole numbers that are likely those of classes: from 0 or 1, and few or mostly there. */
function areClasses(all: readonly { readonly labels: Int32Array }[]): boolean {
  const found = new Set<number>();
  for (const { labels } of all) for (const label of labels) found.add(label);
  const most = Math.max(...found);
  return most < FEW || (Math.min(...found) <= 1 && found.size > most / 2);
}

/** Names classes by their numbers, up to the largest training label. */
function numbered(all: readonly { readonly labels: Int32Array }[]): string[] {
  let highest = 0;
  for (const { labels } of all) for (const label of labels) highest = Math.max(highest, label);
  return Array.from({ length: highest + 1 }, (_, label) => String(label));
}
