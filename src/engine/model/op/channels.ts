import type { Op, OpOf } from './op';

/** Ops that sum over the channels that enter, and make new ones by a kernel. */
export type ChannelMaker = OpOf<'dense' | 'conv' | 'transposed-conv' | 'separable-conv'>;

/** Whether an op makes channels of its own, any of which could be left out. */
export const makesChannels = (op: Op): op is ChannelMaker =>
  op.kind === 'dense' || op.kind === 'conv' || op.kind === 'transposed-conv' || op.kind === 'separable-conv';

/** How many channels an op is set to make; null where it makes none of its own, or does not say. */
export const widthOf = (op: Op): number | null =>
  !makesChannels(op) ? null : op.kind === 'dense' ? op.units : op.filters;

/** Whether the columns of an op's kernel are no filters or neurons: gates share them, or they are numbers of a row. */
export function hasGates(op: Op): boolean {
  switch (op.kind) {
    case 'recurrent':
    case 'conv-lstm':
    case 'cells':
    case 'embedding':
      return true;
    case 'bidirectional':
      return op.inner === null || hasGates(op.inner);
    case 'time-distributed':
      return op.inner !== null && op.inner.kind !== 'model' && hasGates(op.inner);
    default:
      return false;
  }
}
