import { zeroedAlong } from '../../checkpoint/kept-values';
import type { ModelContent } from '../../checkpoint/types';
import { isElsewhere } from '../../checkpoint/values';
import type { ChannelGroups } from './channel-groups';
import { inputSlices } from './slices';

/**
 * Masks the groups in `removed`: all channels stay, but no kernel reads these. The smaller model must give the same
 * outputs.
 */
export function maskChannels(model: ModelContent, groups: ChannelGroups, removed: ReadonlySet<number>): ModelContent {
  const tensors = new Map(model.tensors);
  for (const { tensor, axis, groups: along } of inputSlices(model, groups)) {
    if (isElsewhere(tensor)) {
      const gone = along.map((group) => removed.has(group));
      tensors.set(tensor.name, zeroedAlong(tensor, axis, gone));
      continue;
    }
    const length = tensor.shape[axis]!;
    const inner = tensor.shape.slice(axis + 1).reduce((all, size) => all * size, 1);
    const data = tensor.data.map((value, at) => (removed.has(along[Math.floor(at / inner) % length]!) ? 0 : value));
    tensors.set(tensor.name, { ...tensor, data });
  }
  return { ...model, tensors };
}
