import type { RemovedLayer } from '../../protocol/removal';
import type { ReshapedLayer } from '../../protocol/reshaping';
import { compact, count } from '../../protocol/format';
import { t, tPlural } from '../../protocol/l10n';

/** A layer in a drawing: its name, its type, and its size in words. */
export interface Box {
  readonly name: string;
  readonly type: string;
  readonly size: string;
}

/** Layers in a row before a step, and those in their place; none where they are dropped. */
export interface ChangedPart {
  readonly before: readonly Box[];
  readonly after: readonly Box[];
}

type Shape = readonly (number | null)[] | null;

/** Most parts of a drawing. */
export const MOST_PARTS = 6;

const parameters = (params: number): string => tPlural(params, '{0} param', '{0} params', compact(params));

const sized = (shape: Shape, params: number): string => {
  const own = shape?.slice(1).map((size) => (size === null ? '?' : count(size))) ?? [];
  return [...(own.length > 0 ? [own.join(' \u00d7 ')] : []), ...(params > 0 ? [parameters(params)] : [])].join(t(', '));
};

/** Finds the parts that a step changed by putting other layers in the place of some. */
export function reshapedParts(layers: readonly ReshapedLayer[]): ChangedPart[] {
  const boxOf = ({ name, type, shape, before }: ReshapedLayer): Box => ({
    name,
    type,
    size: sized(shape, before.params),
  });
  return layers.flatMap((layer): ChangedPart[] => {
    const { name, type, shape, state, after, becomes = [] } = layer;
    switch (state) {
      case 'replaced':
        return [
          {
            before: [boxOf(layer)],
            after: becomes.map((made) => ({ name: made.name, type: made.type, size: sized(made.shape, made.params) })),
          },
        ];
      case 'absorbs':
        return [
          {
            before: layers.filter((other) => other === layer || other.into === name).map(boxOf),
            after: [{ name, type, size: sized(shape, after.params) }],
          },
        ];
      case 'dropped':
        return [{ before: [boxOf(layer)], after: [] }];
      default:
        return [];
    }
  });
}

/** Finds the layers that a step made narrower. */
export function narrowedParts(layers: readonly RemovedLayer[]): ChangedPart[] {
  const boxOf = ({ name, type }: RemovedLayer, { width, params }: RemovedLayer['before']): Box => ({
    ...{ name, type },
    size: [...(width === null ? [] : [t('{0} wide', count(width))]), parameters(params)].join(t(', ')),
  });
  return layers
    .filter(
      ({ state, before, after }) => state === 'removed' || (state === 'follows' && before.params !== after.params),
    )
    .map((layer) => ({ before: [boxOf(layer, layer.before)], after: [boxOf(layer, layer.after)] }));
}

/** Says in one sentence what became of a part. */
export function partWords({ before, after }: ChangedPart): string {
  const words = ({ name, type, size }: Box): string =>
    t('{0} ({1})', name, [type, size].filter((one) => one !== '').join(t(', ')));
  const listed = (boxes: readonly Box[]): string => boxes.map(words).join(t(', then '));
  return after.length === 0
    ? t('{0} is dropped.', listed(before))
    : t('{0} becomes {1}.', listed(before), listed(after));
}

/** The longest name or size that fits into a box. */
const LONGEST = 28;

/** Shortens a text in the middle, where names differ least. */
export const fitting = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 11)}\u2026${text.slice(-10)}`;
