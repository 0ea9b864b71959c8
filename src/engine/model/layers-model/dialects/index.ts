import { z } from 'zod';
import type { ModelContent } from '../../../checkpoint/types';
import { Config, LayerJson, numberOf } from '../description/json';
import type { Topology, TopologyLayer } from '../description/topology';
import { PLAIN_TYPES, plainLayer, Unsupported } from './configs';
import { flatDescription } from './flat';

/** A description that TensorFlow.js reads, or why there is none: one sentence. */
export type Readable = { readonly description: Readonly<Record<string, unknown>>; readonly flat: boolean } | string;

/**
 * The description of a model as TensorFlow.js reads it: its own where that is possible, as stock TensorFlow.js does. What Keras
 * 3 wrote, and what of Keras 2 TensorFlow.js fails on, is said in its words, nested models dissolved, so that it computes what
 * Keras computes. It is for running only: what is written to a file is the description of the file.
 */
export function readable({ modelTopology }: ModelContent, topology: Topology): Readable {
  const { keras3 } = topology;
  if (topology.plain && !keras3 && !topology.nodes.some(isForeign)) return { description: modelTopology, flat: false };
  try {
    const plain = (index: number) => {
      const { type, config, name } = topology.nodes[index]!;
      try {
        return plainLayer(type, config, keras3);
      } catch (error) {
        throw error instanceof Unsupported ? new Unsupported(`The layer "${name}" ${error.message}`) : error;
      }
    };
    return { description: flatDescription(topology, plain), flat: true };
  } catch (error) {
    if (error instanceof Unsupported)
      return `${error.message}, so the model can be inspected and pruned but not evaluated or trained.`;
    throw error;
  }
}

const Separate = z.object({ class_name: z.enum(['L1', 'L2']) });
/** Whether TensorFlow.js fails on a layer of Keras 2, where other words help, or tell better what it lacks. */
function isForeign({ type, config }: Pick<TopologyLayer, 'type' | 'config'>): boolean {
  if (type === 'GRU' && config['reset_after'] === true) return true;
  if (config['dtype'] !== undefined && !PLAIN_TYPES.has(config['dtype'])) return true;
  // With a seed TensorFlow.js drops the same units at every step.
  if (typeof config['seed'] === 'number') return true;
  // Keras 2 gives them options that only other convolutions have.
  if (type.startsWith('SeparableConv') && config['kernel_initializer'] !== undefined) return true;
  if (Object.entries(config).some(([key, value]) => key.endsWith('_regularizer') && Separate.safeParse(value).success))
    return true;
  // TensorFlow.js would take the weights to be of another shape.
  if (numberOf(config['groups'], 1) !== 1) return true;
  const wrapped = LayerJson.safeParse(config['layer']);
  return (
    wrapped.success && isForeign({ type: wrapped.data.class_name, config: Config.catch({}).parse(wrapped.data.config) })
  );
}
