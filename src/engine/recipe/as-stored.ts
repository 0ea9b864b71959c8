import { ModelJson } from '../../protocol/checkpoint';
import { decodeGroup } from '../checkpoint/decode';
import { encodeCheckpoint } from '../checkpoint/encode';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { sameBytes } from './outcome';

/**
 * Returns a model with the values of its future files: quantized tensors are rounded as they are stored, so that
 * measured and written values are the same. Returns the same object where no tensor is quantized.
 */
export function asStored(model: ModelContent): ModelContent {
  if (![...model.tensors.values()].some(({ quantization }) => quantization)) return model;
  const stored = roundTrip(model);
  // A tensor that would change again the next time is no longer quantized.
  return withTensors(stored, roundTrip(stored));
}

/** Returns a model that its files hold exactly: a tensor that its quantization would change is no longer quantized. */
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

/** Returns the model as it would be read from its files. */
function roundTrip(model: ModelContent): ModelContent {
  const { modelJson, shards } = encodeCheckpoint(model);
  const { weightsManifest } = ModelJson.parse(JSON.parse(Buffer.from(modelJson.bytes).toString('utf8')));
  const joined = Uint8Array.from(Buffer.concat(shards.map(({ bytes }) => bytes)));
  const [group] = weightsManifest;
  const tensors = group ? decodeGroup(modelJson.name, group, joined) : [];
  return { ...model, tensors: new Map([...tensors].map((tensor) => [tensor.name, tensor])) };
}
