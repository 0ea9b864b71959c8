/**
 * Keras archives (`.keras`) keep weights by place, not by name: `layers/functional/layers/conv2d_1/vars/0` is the first weight
 * of the second Conv2D of the first nested model, whatever these layers are called.
 */

const WEIGHT = /^(.+)\/vars\/\d{1,6}$/;
const OLD_ROOT = /^_layer_checkpoint_dependencies\//;
const ROOT = 'layers/';
/** State in an archive beside the weights: of the training, and of random numbers. */
const STATE = /^(optimizer|(compile_)?metrics|loss_tracker)\/|(^|\/)seed_generator(_\d+)?\/vars\//;

/** Tells whether all tensors have names as in a Keras archive. */
export function isArchive(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => WEIGHT.test(name) && (STATE.test(name) || inLayers(name)));
}

/** Tells whether a tensor of an archive is no weight: an optimizer slot, a metric, the seed of a dropout. */
export const isArchivedState = (name: string): boolean => STATE.test(name);

/** Returns the path of a tensor in an archive, in the words of Keras 3. */
export const archivedPlace = (name: string): string => name.replace(OLD_ROOT, ROOT);

const inLayers = (name: string): boolean => archivedPlace(name).startsWith(ROOT);

/** Names layers by their classes as archives do, in the order of the calls: `conv2d`, `conv2d_1`. */
export function archiveNames(): (type: string) => string {
  const taken = new Map<string, number>();
  return (type) => {
    const name = snakeCase(type);
    const before = taken.get(name);
    taken.set(name, (before ?? -1) + 1);
    return before === undefined ? name : `${name}_${before + 1}`;
  };
}

/** Converts class names as Keras does: `PReLU` -> `p_re_lu`. */
const snakeCase = (type: string): string =>
  type
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
