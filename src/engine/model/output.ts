import { identifierOf } from './topology-json';
import type { Topology } from './topology';

/** What a classifier puts out: one score for each class before, or after, they were made probabilities. */
export type OutputKind = 'logits' | 'probabilities';

const PROBABILITIES = new Set(['softmax', 'sigmoid', 'hard_sigmoid', 'hardsigmoid']);

/** Whether a model puts out logits or probabilities, from its last activation. */
export function outputKind(topology: Topology | null): OutputKind {
  const byId = new Map(topology?.layers.map((layer) => [layer.id, layer]));
  let layer = byId.get(topology?.outputs[0] ?? '');
  // Reshaping and dropout after the last activation change no value at inference.
  while (layer && ['Reshape', 'Flatten', 'Dropout', 'Permute'].includes(layer.type))
    layer = byId.get(layer.inputs[0] ?? '');
  if (!layer) return 'logits';
  const activation = layer.type === 'Softmax' ? 'softmax' : identifierOf(layer.config['activation']);
  return PROBABILITIES.has(activation ?? '') ? 'probabilities' : 'logits';
}
