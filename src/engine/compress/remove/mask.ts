import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { channelAxes, mixes } from './axes';
import type { ChannelGroups } from './channels';

/** The model with all its channels, in which no kernel reads the groups in `removed`: what it answers, the smaller one must answer. */
export function maskChannels(model: ModelContent, groups: ChannelGroups, removed: ReadonlySet<number>): ModelContent {
  const tensors = new Map(model.tensors);
  const described = readGraph(model).layers;
  groups.layers.forEach((layer, i) => {
    for (const { tensor } of described[i]!.tensors) {
      const input = channelAxes(tensor, layer).find(({ side }) => side === 'inputs');
      if (!input || !mixes(tensor, layer)) continue;
      const length = tensor.shape[input.axis]!;
      const inner = tensor.shape.slice(input.axis + 1).reduce((all, size) => all * size, 1);
      const data = tensor.data.map((value, at) =>
        removed.has(input.groups[Math.floor(at / inner) % length]!) ? 0 : value,
      );
      tensors.set(tensor.name, { ...tensor, data });
    }
  });
  return { ...model, tensors };
}
