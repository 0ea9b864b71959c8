import * as z from 'zod';

const Layer = z.looseObject({ class_name: z.string(), config: z.unknown() });
const Layers = z.array(z.unknown());
const Node = z.looseObject({ op: z.string() });

/** Layers of TensorFlow.js that have weights with any options. */
const WEIGHTED = /^(Dense|Embedding|PReLU|(Separable|Depthwise)?Conv[1-3]D(Transpose)?|SimpleRNN|GRU|LSTM|ConvLSTM2D)$/;
const MAX_DEPTH = 16;

/**
 * Returns true where a network must have weights: it has a layer that always has some, or constants.
 * @param modelTopology from model.json
 */
export function needsWeights(modelTopology: Readonly<Record<string, unknown>>): boolean {
  const nodes = Layers.safeParse(modelTopology['node']).data ?? [];
  return (
    nodes.some((node) => Node.safeParse(node).data?.op === 'Const') ||
    hasWeightedLayer(modelTopology['model_config'] ?? modelTopology, 0)
  );
}

function hasWeightedLayer(json: unknown, depth: number): boolean {
  const layer = Layer.safeParse(json).data;
  if (!layer || depth > MAX_DEPTH) return false;
  if (WEIGHTED.test(layer.class_name)) return true;
  const config: unknown = layer.config;
  if (typeof config !== 'object' || config === null) return false;
  const inner = Array.isArray(config) ? config : [...list(config, 'layers'), ...list(config, 'layer')];
  return inner.some((one) => hasWeightedLayer(one, depth + 1));
}

function list(config: object, key: string): unknown[] {
  const value: unknown = Object.entries(config).find(([name]) => name === key)?.[1];
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
