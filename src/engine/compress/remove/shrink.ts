import { UserError } from '../../../protocol/errors';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { shapeOf, type Config } from '../../model/topology-json';
import { channelAxes } from './axes';
import { topologyOf } from './channels';
import type { LayerChannels, ChannelGroups } from './channel-groups';
import { withConfigs, type Change } from './configs';
import { whyFixed } from './fixed';
import { WIDTH_KEYS } from './follow';
import { innerInputs } from './inner-inputs';

/**
 * Removes groups of channels: a smaller model, whose outputs are those of the model in which nothing reads these channels.
 * Slots of an optimiser are left out.
 * @throws UserError where a group is fixed, or a layer would lose its last channel
 */
export function removeChannels(model: ModelContent, groups: ChannelGroups, removed: ReadonlySet<number>): ModelContent {
  for (const one of removed) {
    const fix = groups.fixed.get(one);
    if (fix)
      throw new UserError(`Channels of the model must stay (${whyFixed(fix, ownerOf(groups, one))}): leave them out.`);
  }
  const tensors = new Map([...model.tensors].filter(([, { group }]) => group !== 'optimizer'));
  const changes = new Map<string, Change>();
  const topology = topologyOf(model).layers;
  const described = readGraph(model).layers;
  groups.layers.forEach((layer, i) => {
    const kept = layer.outputs.filter((one) => !removed.has(one)).length;
    if (kept === 0 && layer.outputs.length > 0)
      throw new UserError(`The layer "${layer.name}" would lose its last channel: remove fewer.`);
    const config = {
      ...(kept === layer.outputs.length ? {} : narrowed(layer.type, kept, topology[i]!.config)),
      ...declaring(topology[i]!.config, layer.inputs, removed),
    };
    if (Object.keys(config).length > 0) changes.set(topology[i]!.id, { config });
    for (const { tensor } of described[i]!.tensors) tensors.set(tensor.name, shrunk(tensor, layer, removed));
  });
  for (const { id, config, channels } of innerInputs(model, groups)) {
    const change = declaring(config, channels, removed);
    if (change) changes.set(id, { config: change });
  }
  return { ...model, modelTopology: withConfigs(model.modelTopology, changes), tensors };
}

const ownerOf = ({ layers }: ChannelGroups, group: number): string =>
  layers.find(({ outputs }) => outputs.includes(group))?.name ?? '';

function shrunk(tensor: Tensor, layer: LayerChannels, removed: ReadonlySet<number>): Tensor {
  return channelAxes(tensor, layer).reduce((one, { axis, groups }) => {
    const keep = groups.flatMap((group, i) => (removed.has(group) ? [] : [i]));
    return keep.length === groups.length ? one : taken(one, axis, keep);
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

/** What the configuration of a layer says of its width, once it has `kept` channels; undefined where it says nothing. */
function narrowed(type: string, kept: number, config: Config): Config | undefined {
  const key = WIDTH_KEYS[type];
  if (key !== undefined) return { [key]: kept };
  const target = type === 'Reshape' ? shapeOf(config['target_shape']) : null;
  return target && target.at(-1) !== -1 ? { target_shape: [...target.slice(0, -1), kept] } : undefined;
}

/** The shape that a configuration declares for an input, once some of its channels are gone; undefined where it stays. */
function declaring(config: Config, channels: readonly number[], removed: ReadonlySet<number>): Config | undefined {
  const kept = channels.filter((one) => !removed.has(one)).length;
  if (kept === channels.length) return undefined;
  const declared = ['batch_input_shape', 'batch_shape', 'build_input_shape'].flatMap((key) => {
    const shape = shapeOf(config[key]);
    return shape?.at(-1) === channels.length ? [[key, [...shape.slice(0, -1), kept]] as const] : [];
  });
  return declared.length > 0 ? Object.fromEntries(declared) : undefined;
}
