/**
 * Keras archives (`.keras`) keep weights by place, not by name: `layers/functional/layers/conv2d_1/vars/0` is the first weight
 * of the second Conv2D of the first nested model, whatever these layers are called.
 */

const WEIGHT = /^(.+)\/vars\/\d{1,6}$/;
const OLD_ROOT = /^_layer_checkpoint_dependencies\//;
const ROOT = 'layers/';
/** What an archive holds beside weights: the state of the training, and of random numbers. */
const STATE = /^(optimizer|(compile_)?metrics|loss_tracker)\/|(^|\/)seed_generator(_\d+)?\/vars\//;

/** Whether tensors have the names that an archive of Keras gives them, all of them. */
export function isArchive(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => WEIGHT.test(name) && (STATE.test(name) || inLayers(name)));
}

/** Whether a tensor of an archive is no weight: a slot of an optimizer, a metric, the seed of a dropout. */
export const isArchivedState = (name: string): boolean => STATE.test(name);

/** The place of a tensor in an archive, in the words of Keras 3. */
export const archivedPlace = (name: string): string => name.replace(OLD_ROOT, ROOT);

const inLayers = (name: string): boolean => archivedPlace(name).startsWith(ROOT);

/** Names layers by their classes as archives do, in the order in which they are asked for: `conv2d`, `conv2d_1`. */
export function archiveNames(): (type: string) => string {
  const taken = new Map<string, number>();
  return (type) => {
    const name = snakeCase(type);
    const before = taken.get(name);
    taken.set(name, (before ?? -1) + 1);
    return before === undefined ? name : `${name}_${before + 1}`;
  };
}

/** `PReLU` -> `p_re_lu`, as Keras writes class names. */
const snakeCase = (type: string): string =>
  type
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
