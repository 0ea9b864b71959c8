import type { Op, OpOf } from '../../model/op/op';
import type { Activation } from '../../model/op/attributes';
import { makesChannels } from '../../model/op/channels';
import type { Shape } from '../../model/shape';

const OF_STATES = 'the states of a recurrent layer are coupled';

/** Reasons why channels are lost in an op, by its kind. */
const WHY: Partial<Readonly<Record<Op['kind'], string>>> = {
  'layer-normalization': 'its mean and variance depend on all channels',
  'group-normalization': 'its mean and variance depend on groups of channels',
  'unit-normalization': 'it divides by the length of all channels together',
  'rms-normalization': 'it divides by the root mean square of all channels',
  'layer-scale': 'it scales each channel by its own number',
  attention: 'each of its outputs depends on all positions and channels',
  'multi-head-attention': 'its heads share the channels among them',
  einsum: 'its equation may mix any axes',
  augment: 'it changes images while a model trains',
  softmax: 'each of its outputs depends on all channels',
  permute: 'it moves the axis of the channels',
  reshape: 'it mixes channels with positions',
  dot: 'it multiplies channels with one another',
  recurrent: OF_STATES,
  'conv-lstm': OF_STATES,
  cells: OF_STATES,
  bidirectional: OF_STATES,
  'time-distributed': 'the layer inside it is not analyzed',
  embedding: 'its inputs are indices',
  standardization: 'it scales each channel by its own factor',
  slice: 'it takes a part of its input',
  expand: 'it adds an axis',
  squeeze: 'it removes axes',
  masking: 'whether it masks a step depends on all channels',
  unknown: 'the effect of this type of layer on channels is unknown',
};
const NOT_KNOWN = 'its channels may not keep their order';

/** The way in which channels that enter a layer leave it. */
export type Followed =
  /** Each of `outputs` is an index into the channels of all inputs together. */
  | { readonly kind: 'passes'; readonly outputs: readonly number[] }
  /** Channels of all inputs at the same index become one. */
  | { readonly kind: 'joins' }
  /** New channels, summed over those that enter. `fixed` says why none of them can go. */
  | { readonly kind: 'makes'; readonly fixed?: string }
  | { readonly kind: 'lost'; readonly why: string };

/** The known facts about a layer's output: the length of its last axis, and its number of axes, the batch included. */
export interface Output {
  readonly width: number | null;
  readonly rank: number | null;
}

/**
 * Follows the channels that enter a layer.
 * @param widths channels of each input; null where they are unknown
 */
export function follow(op: Op, output: Output, widths: readonly (number | null)[]): Followed {
  const { width, rank } = output;
  const [first = null] = widths;
  const passes: Followed = { kind: 'passes', outputs: range(first ?? 0) };
  const lost = (why = WHY[op.kind] ?? NOT_KNOWN): Followed => ({ kind: 'lost', why });
  if (op.channelsFirst) return lost('its channels come first');
  if (op.kind === 'conv' && op.groups > 1) return lost('it convolves groups of channels');
  if (makesChannels(op))
    return { kind: 'makes', ...(crosses(op.activation) ? { fixed: 'it ends in a softmax over its channels' } : {}) };
  switch (op.kind) {
    case 'input':
      return passes;
    case 'rescaling':
      return op.scale !== null && op.offset !== null ? passes : lost('it scales each channel by its own factor');
    case 'batch-normalization':
      return isLast(op.axis, rank) ? passes : lost('it normalizes another axis');
    case 'merge': {
      const wide = widths.filter((one) => one !== null && one !== 1);
      return wide.every((one) => one === wide[0]) ? { kind: 'joins' } : lost('its inputs differ in width');
    }
    case 'activation':
      if (op.form === 'named' && crosses(op.activation)) return lost(OF_ALL);
      break;
    case 'depthwise-conv':
      if (crosses(op.activation)) return lost(OF_ALL);
      if (first === null || (width !== null && width !== first * op.multiplier)) return lost();
      return {
        kind: 'passes',
        outputs: range(first).flatMap((one) => Array.from({ length: op.multiplier }, () => one)),
      };
    case 'reduce':
      return keepsChannels(op, rank) ? passes : lost('it may reduce the axis of the channels');
    case 'concat':
      if (first === null) return lost();
      return isLast(op.axis, rank)
        ? { kind: 'passes', outputs: range(widths.reduce<number>((sum, one) => sum + (one ?? 0), 0)) }
        : lost('it does not join its inputs along the channels');
    case 'reshape':
      if (first === null) return lost();
      if (width === null) return lost(OPEN);
      return reshaped(op.target, first, width) ?? lost();
    case 'flatten':
      if (first === null) return lost();
      if (width === null) return lost(OPEN);
      return flattened(first, width) ?? lost();
  }
  if (!keepsPlaces(op)) return lost();
  return first === width || first === null || width === null ? passes : lost();
}

const OF_ALL = 'each output of a softmax depends on all channels';
const OPEN = 'the size of its input is open';

/** Tells whether a value depends on all channels. */
const crosses = (activation: Activation): boolean => activation === 'softmax' || activation === 'logsoftmax';

/** Tells whether each output channel comes from the input channel at the same index, wherever it lies in the image. */
function keepsPlaces({ kind }: Op): boolean {
  switch (kind) {
    case 'activation':
    case 'prelu':
    case 'noise':
    case 'identity':
    case 'element-function':
    case 'pad':
    case 'crop':
    case 'upsample':
    case 'pool':
    case 'global-pool':
    case 'repeat':
    case 'resize':
      return true;
    default:
      return false;
  }
}

/** Counts the axes of a layer's output for an input with `fed` axes; null where the op does not determine them. */
export function rankOf(op: Op, fed: number | null): number | null {
  if (op.kind === 'global-pool' || op.kind === 'repeat') return null;
  if (op.kind === 'reduce') return fed === null || op.axes === null ? null : op.keepAxes ? fed : fed - op.axes.length;
  if ('rank' in op) return op.rank + 2;
  const keeps = keepsPlaces(op) || ['merge', 'dense', 'batch-normalization', 'concat'].includes(op.kind);
  return keeps ? fed : null;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** All positions in sequence, each with all channels. */
function flattened(channels: number, width: number): Followed | undefined {
  if (channels === 0 || width % channels !== 0) return undefined;
  return { kind: 'passes', outputs: range(width).map((i) => i % channels) };
}

/** Follows a reshape that keeps the channels as the last axis, or makes a single axis of all positions and channels. */
function reshaped(target: Shape | null, channels: number, width: number): Followed | undefined {
  if (!target || width === 0) return undefined;
  return target.length === 1 || width === channels ? flattened(channels, width) : undefined;
}

/** Tells whether the last axis of the input stays. @param rank number of axes of the output */
function keepsChannels({ axes, keepAxes }: OpOf<'reduce'>, rank: number | null): boolean {
  if (rank === null || axes === null) return false;
  const fed = keepAxes ? rank : rank + axes.length;
  return axes.every((axis) => (axis < 0 ? fed + axis : axis) < fed - 1);
}

/** Tells whether an axis is the last one of `rank` axes. */
const isLast = (axis: number | null, rank: number | null): boolean =>
  axis === -1 || (rank !== null && axis === rank - 1);
