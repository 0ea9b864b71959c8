import type { Split } from '../../../../protocol/dataset';

/** The role of an array, from its name. */
export interface ArrayRole {
  readonly split: Split;
  readonly role: 'examples' | 'targets';
}

const SPLITS: Readonly<Record<string, Split>> = {
  ...{ train: 'train', training: 'train' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation' },
  ...{ test: 'test', testing: 'test' },
};
const EXAMPLES = new Set(['x', 'image', 'images', 'data', 'features', 'inputs', 'input']);
const TARGETS = new Set(['y', 'label', 'labels', 'target', 'targets', 'classes']);

/**
 * Returns the role of an array from its name: `x_train`, `y_test`, `train_images`, `val_labels`. Names without a part, `x` and
 * `y`, belong to the training part. Undefined for other names.
 */
export function roleOf(name: string): ArrayRole | undefined {
  if (name === 'arr_0') return { split: 'train', role: 'examples' };
  if (name === 'arr_1') return { split: 'train', role: 'targets' };
  const words = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase().split(/[_\-. ]+/); // prettier-ignore
  const role = words.some((word) => EXAMPLES.has(word))
    ? 'examples'
    : words.some((word) => TARGETS.has(word))
      ? 'targets'
      : undefined;
  const others = words.filter((word) => !EXAMPLES.has(word) && !TARGETS.has(word));
  if (role === undefined || others.length > 1) return undefined;
  const split = others[0] === undefined ? 'train' : SPLITS[others[0]];
  return split && { split, role };
}

/** The part of an array, and the name that is left without the word for the part. */
export interface NamedArray {
  readonly split: Split;
  readonly name: string;
}

/** Words that say the role of an array before its own name: `x_train_title`. */
const ROLE_WORDS = new Set(['x', 'y', 'input', 'output', 'target']);

/** Takes the name of an input or output from the name of an array: `title`, `title_train`, `x_test_title`. */
export function namedOf(array: string): NamedArray {
  const words = array.split('_');
  const at = words.findIndex(
    (word, i) => (i === 0 || i === 1 || i === words.length - 1) && Object.hasOwn(SPLITS, word.toLowerCase()),
  );
  const split = at < 0 || words.length === 1 ? undefined : SPLITS[words[at]!.toLowerCase()];
  const rest = split === undefined ? words : words.filter((_, i) => i !== at);
  const name = split !== undefined && rest.length > 1 && ROLE_WORDS.has(rest[0]!.toLowerCase()) ? rest.slice(1) : rest;
  return { split: split ?? 'train', name: name.join('_') };
}
