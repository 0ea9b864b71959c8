import type { ModelContent } from '../../checkpoint/types';
import { readTopology, type TopologyLayer } from '../../model/topology';
import { withConfigs, type Change } from './configs';

/** Layers that are nothing but an activation. */
const ACTIVATIONS = new Set(['Activation', 'Softmax', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU']);
/** Layers that move numbers or join them, so that an activation before them is one at the end of the model too. */
const MOVING =
  /^(Reshape|Flatten|Permute|Dropout|Concatenate|Add|Subtract|Average|Maximum|Minimum|Multiply|Cropping|ZeroPadding|UpSampling|InputLayer)/;

/**
 * A model without the activations at its end, a softmax for example: probabilities lie so near to 0 and 1 that they hide how
 * far numbers are apart.
 */
export function withoutLastActivations(model: ModelContent): ModelContent {
  const topology = readTopology(model.modelTopology);
  if (!topology) return model;
  const readers = new Map<string, string[]>();
  for (const { id, inputs } of topology.layers)
    for (const input of inputs) readers.set(input, [...(readers.get(input) ?? []), id]);
  /** Layers of which all that is made comes out of the model, at most moved. */
  const ending = new Set<string>();
  const changes = new Map<string, Change>();
  for (const layer of topology.layers.toReversed()) {
    const own = readers.get(layer.id) ?? [];
    const ends = own.length > 0 ? own.every((id) => ending.has(id)) : topology.outputs.includes(layer.id);
    if (!ends || layer.shared) continue;
    const change = linear(layer);
    if (change) changes.set(layer.id, change);
    if (ACTIVATIONS.has(layer.type) || MOVING.test(layer.type)) ending.add(layer.id);
  }
  return changes.size === 0 ? model : { ...model, modelTopology: withConfigs(model.modelTopology, changes) };
}

function linear({ type, config }: TopologyLayer): Change | undefined {
  if (ACTIVATIONS.has(type)) return { type: 'Activation', config: { activation: 'linear' } };
  return config['activation'] === undefined || /LSTM|GRU|RNN/.test(type)
    ? undefined
    : { config: { activation: 'linear' } };
}
