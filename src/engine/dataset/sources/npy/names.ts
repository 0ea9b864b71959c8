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
