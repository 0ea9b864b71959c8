import { ModelJson } from '../../protocol/checkpoint';
import { decodeGroup } from '../checkpoint/decode';
import { encodeCheckpoint } from '../checkpoint/encode';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { sameBytes } from './outcome';

/**
 * A model with the values that its files will hold: those of quantised tensors are rounded as they are stored, so that what
 * is measured is what is written. The same object where no tensor is quantised.
 */
export function asStored(model: ModelContent): ModelContent {
  if (![...model.tensors.values()].some(({ quantization }) => quantization)) return model;
  const stored = roundTrip(model);
  // What would change again the next time is not quantised any more.
  return withTensors(stored, roundTrip(stored));
}

/** A model that its files hold exactly: tensors whose values their quantisation would change are quantised no more. */
export function exactly(model: ModelContent): ModelContent {
  if (![...model.tensors.values()].some(({ quantization }) => quantization)) return model;
  return withTensors(model, roundTrip(model));
}

function withTensors(model: ModelContent, stored: ModelContent): ModelContent {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of model.tensors) {
    const { quantization, ...plain } = tensor;
    const found = stored.tensors.get(name);
    tensors.set(name, quantization && !(found && sameBytes(tensor, found)) ? plain : tensor);
  }
  return { ...model, tensors };
}

/** The model as it would be read from its files. */
function roundTrip(model: ModelContent): ModelContent {
  const { modelJson, shards } = encodeCheckpoint(model);
  const { weightsManifest } = ModelJson.parse(JSON.parse(Buffer.from(modelJson.bytes).toString('utf8')));
  const joined = Uint8Array.from(Buffer.concat(shards.map(({ bytes }) => bytes)));
  const [group] = weightsManifest;
  const tensors = group ? decodeGroup(modelJson.name, group, joined) : [];
  return { ...model, tensors: new Map([...tensors].map((tensor) => [tensor.name, tensor])) };
}
