import { z } from 'zod';
import { UserError } from '../../../protocol/errors';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { LayerJson } from '../../model/topology-json';
import { channelAxes } from './axes';
import { WIDTH_KEYS, type ChannelGroups, type LayerChannels } from './channels';

/**
 * Removes groups of channels: a smaller model, whose outputs are those of the model in which nothing reads these channels.
 * Slots of an optimiser are left out.
 * @throws UserError where a group is fixed, or a layer would lose its last channel
 */
export function removeChannels(model: ModelContent, groups: ChannelGroups, removed: ReadonlySet<number>): ModelContent {
  for (const one of removed) {
    const reason = groups.fixed.get(one);
    if (reason !== undefined) throw new UserError(`Channels of the model must stay (${reason}): leave them out.`);
  }
  const tensors = new Map([...model.tensors].filter(([, { group }]) => group !== 'optimizer'));
  const widths = new Map<string, number>();
  const described = readGraph(model).layers;
  groups.layers.forEach((layer, i) => {
    const kept = layer.outputs.filter((one) => !removed.has(one)).length;
    if (kept === 0 && layer.outputs.length > 0)
      throw new UserError(`The layer "${layer.name}" would lose its last channel: remove fewer.`);
    if (layer.type in WIDTH_KEYS) widths.set(layer.name, kept);
    for (const { tensor } of described[i]!.tensors) tensors.set(tensor.name, shrunk(tensor, layer, removed));
  });
  return { ...model, modelTopology: narrowed(model.modelTopology, widths), tensors };
}

function shrunk(tensor: Tensor, layer: LayerChannels, removed: ReadonlySet<number>): Tensor {
  return channelAxes(tensor, layer).reduce((one, { axis, groups }) => {
    const keep = groups.flatMap((group, i) => (removed.has(group) ? [] : [i]));
    return keep.length === one.shape[axis] ? one : taken(one, axis, keep);
  }, tensor);
}

function taken(tensor: Tensor, axis: number, keep: readonly number[]): Tensor {
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

const Layers = z.array(LayerJson);

function narrowed(
  topology: ModelContent['modelTopology'],
  widths: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const copy = structuredClone(topology);
  const model = LayerJson.parse(copy['model_config'] ?? copy);
  const layers = Layers.parse(Array.isArray(model.config) ? model.config : model.config?.['layers']).map((layer) => {
    if (!layer.config || Array.isArray(layer.config)) return layer;
    const width = widths.get(layer.name ?? String(layer.config['name']));
    const key = WIDTH_KEYS[layer.class_name];
    return width === undefined || key === undefined ? layer : { ...layer, config: { ...layer.config, [key]: width } };
  });
  const changed = { ...model, config: Array.isArray(model.config) ? layers : { ...model.config, layers } };
  return 'model_config' in copy ? { ...copy, model_config: changed } : changed;
}
