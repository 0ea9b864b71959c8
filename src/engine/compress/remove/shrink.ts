import { UserError } from '../../../protocol/errors';
import { keptAlong } from '../../checkpoint/kept-values';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { isElsewhere, isFloat } from '../../checkpoint/values';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import type { GraphNode, GraphTensor, ModelGraph } from '../../model/model-graph';
import { innerInputs } from '../../model/edit/inner-inputs';
import { countsChannels, makesChannels } from '../../model/op/channels';
import { channelAxes, type ChannelAxis } from './axes';
import { graphOf } from './channels';
import type { LayerChannels, ChannelGroups } from './channel-groups';
import { whyFixed } from './fixed';

type AxesOf = (tensor: GraphTensor, layer: LayerChannels, node: GraphNode, graph: ModelGraph) => readonly ChannelAxis[];

/**
 * Removes groups of channels. The outputs of the smaller model are those of the model in which nothing reads these
 * channels.
 * Optimizer slots are left out.
 * @param axesOf finds the axes of a tensor that run over channels
 * @throws UserError where a group is fixed, or a layer would lose its last channel
 */
export function removeChannels(
  model: ModelContent,
  groups: ChannelGroups,
  removed: ReadonlySet<number>,
  axesOf: AxesOf = channelAxes,
): ModelContent {
  for (const one of removed) {
    const fix = groups.fixed.get(one);
    if (fix)
      throw new UserError(`Channels of the model must stay (${whyFixed(fix, ownerOf(groups, one))}): leave them out.`);
  }
  const tensors = new Map([...model.tensors].filter(([, { group }]) => group !== 'optimizer'));
  const edits: Edit[] = [];
  const graph = graphOf(model);
  const left = (channels: readonly number[]): number => channels.filter((one) => !removed.has(one)).length;
  const declare = (at: readonly string[], channels: readonly number[]): void => {
    const kept = left(channels);
    if (kept < channels.length) edits.push({ edit: 'input-width', at, from: channels.length, to: kept });
  };
  groups.layers.forEach((layer, i) => {
    const kept = left(layer.outputs);
    if (kept === 0 && layer.outputs.length > 0)
      throw new UserError(`The layer "${layer.name}" would lose its last channel: remove fewer.`);
    const sized = makesChannels(layer.op) || countsChannels(layer.op);
    if (kept < layer.outputs.length && sized) edits.push({ edit: 'width', at: layer.path, width: kept });
    declare(layer.path, layer.inputs);
    const node = graph.nodes[i]!;
    for (const one of node.tensors)
      tensors.set(one.tensor.name, shrunk(one.tensor, axesOf(one, layer, node, graph), removed));
  });
  for (const { at, takenBy } of innerInputs(model)) {
    const fed = takenBy.map(({ call, input }) => groups.calls[call]!.inputs[input] ?? null);
    declare(at, fed.find((channels) => channels !== null) ?? []);
  }
  return applyEdits({ ...model, tensors }, edits);
}

const ownerOf = ({ layers }: ChannelGroups, group: number): string =>
  layers.find(({ outputs }) => outputs.includes(group))?.name ?? '';

const shrunk = (tensor: Tensor, axes: readonly ChannelAxis[], removed: ReadonlySet<number>): Tensor =>
  axes.reduce((left, { axis, groups }) => {
    const keep = groups.flatMap((group, i) => (removed.has(group) ? [] : [i]));
    return keep.length === groups.length ? left : taken(left, axis, keep);
  }, tensor);

function taken(tensor: Tensor, axis: number, keep: readonly number[]): Tensor {
  if (isElsewhere(tensor) && isFloat(tensor)) return keptAlong(tensor, axis, keep);
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const [outer, inner, length] = [
    product(tensor.shape.slice(0, axis)),
    product(tensor.shape.slice(axis + 1)),
    tensor.shape[axis]!,
  ];
  const data = tensor.data.slice(0, outer * keep.length * inner);
  for (let o = 0, at = 0; o < outer; o++)
    for (const index of keep) {
      const from = (o * length + index) * inner;
      data.set(tensor.data.subarray(from, from + inner), at);
      at += inner;
    }
  return { ...tensor, shape: tensor.shape.map((size, i) => (i === axis ? keep.length : size)), data };
}
