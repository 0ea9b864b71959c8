import type { Op, OpOf } from './op';

/** Ops that sum over their input channels, and make new channels by a kernel. */
export type ChannelMaker = OpOf<'dense' | 'conv' | 'transposed-conv' | 'separable-conv'>;

/** Tells whether an op makes channels of its own, which could be removed. */
export const makesChannels = (op: Op): op is ChannelMaker =>
  op.kind === 'dense' || op.kind === 'conv' || op.kind === 'transposed-conv' || op.kind === 'separable-conv';

/**
 * Returns the number of channels that an op is set to make; null where it makes none of its own, or the number is
 * unknown.
 */
export const widthOf = (op: Op): number | null =>
  !makesChannels(op) ? null : op.kind === 'dense' ? op.units : op.filters;

/** Tells whether the description of an op counts the channels that it returns, though it makes none of its own. */
export const countsChannels = (op: Op): boolean =>
  op.kind === 'reshape' || (op.kind === 'depthwise-conv' && op.grouped === true);

/** Tells whether the columns of an op's kernel are not filters or neurons, but shared by gates, or numbers of a row. */
export function hasGates(op: Op): boolean {
  switch (op.kind) {
    case 'recurrent':
    case 'conv-lstm':
    case 'cells':
    case 'embedding':
    case 'multi-head-attention':
    case 'einsum':
      return true;
    case 'bidirectional':
      return op.inner === null || hasGates(op.inner);
    case 'time-distributed':
      return op.inner !== null && op.inner.kind !== 'model' && hasGates(op.inner);
    default:
      return false;
  }
}
