import type { ModelContent } from '../../checkpoint/types';
import { readTopology, type TopologyLayer } from '../../model/topology';
import { withConfigs, type Change } from './configs';

/** Layers that are nothing but an activation. */
const ACTIVATIONS = new Set(['Activation', 'Softmax', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU']);
/** Layers that move numbers or join them, so that an activation before them is one at the end of the model too. */
const MOVING =
  /^(Reshape|Flatten|Permute|Dropout|Concatenate|Add|Subtract|Average|Maximum|Minimum|Multiply|Cropping|ZeroPadding|UpSampling|InputLayer)/;
/** Their activations are within, one for each step. */
const RECURRENT = /LSTM|GRU|RNN/;

/**
 * A model without the activations at its end, a softmax for example: probabilities lie so near to 0 and 1 that they hide how
 * far numbers are apart.
 */
export function withoutLastActivations(model: ModelContent): ModelContent {
  const topology = readTopology(model.modelTopology);
  if (!topology) return model;
  const { layers, calls, results } = topology;
  const readers = calls.map((): number[] => []);
  for (const [i, { inputs }] of calls.entries()) for (const { call } of inputs) readers[call]!.push(i);
  const made = new Set(results.map(({ call }) => call));
  /** Calls of which all that is made comes out of the model, at most moved. */
  const ending = new Set<number>();
  const changes = new Map<string, Change>();
  for (let call = calls.length - 1; call >= 0; call--) {
    const layer = layers[calls[call]!.layer]!;
    const ends = readers[call]!.length > 0 ? readers[call]!.every((one) => ending.has(one)) : made.has(call);
    if (!ends || layer.shared) continue;
    const change = linear(layer);
    if (change) changes.set(layer.id, change);
    if (ACTIVATIONS.has(layer.type) || MOVING.test(layer.type)) ending.add(call);
  }
  return changes.size === 0 ? model : { ...model, modelTopology: withConfigs(model.modelTopology, changes) };
}

function linear({ type, config }: TopologyLayer): Change | undefined {
  if (ACTIVATIONS.has(type)) return { type: 'Activation', config: { activation: 'linear' } };
  if (config['activation'] === undefined || RECURRENT.test(type)) return undefined;
  return { config: { activation: 'linear' } };
}
