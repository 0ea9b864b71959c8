import * as z from 'zod';
import type { ModelContent } from '../../../checkpoint/types';
import { Config, LayerJson } from '../description/json';
import type { Topology, TopologyLayer } from '../description/topology';
import { ignoredOption, isRenamed, PLAIN_TYPES, plainLayer, Unsupported } from './configs';
import { flatDescription } from './flat';

/** A description that TensorFlow.js reads, or one sentence that says why there is none. */
export type Readable = { readonly description: Readonly<Record<string, unknown>>; readonly flat: boolean } | string;

/** Layers that TensorFlow.js computes in its own way. */
const OWN_WAY: ReadonlySet<string> = new Set(['UpSampling2D', 'CenterCrop']);

/**
 * Makes a description that TensorFlow.js reads and that computes what Keras computes. It is only for running; files keep
 * their own description.
 * The model's own description is used where possible, as stock TensorFlow.js does. Models of Keras 3, and models of
 * Keras 2 that TensorFlow.js cannot read, are translated, and their nested models dissolved.
 */
export function readable({ modelTopology }: ModelContent, topology: Topology): Readable {
  const { keras3 } = topology;
  const called = topology.calls.some(({ flags = [], inference }) => flags.length > 0 || inference);
  if (topology.plain && !keras3 && !called && !topology.nodes.some((layer) => isForeign(layer, topology.own)))
    return { description: modelTopology, flat: false };
  try {
    const plain = (index: number) => {
      const { type, config, name } = topology.nodes[index]!;
      try {
        const made = plainLayer(type, config, keras3);
        return topology.own && OWN_WAY.has(type) ? { ...made, type } : made;
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
/**
 * Tells whether TensorFlow.js fails on a layer of Keras 2, or computes it otherwise, so that a translation helps or gives
 * a better error. @param own whether TensorFlow.js wrote it
 */
function isForeign({ type, config }: Pick<TopologyLayer, 'type' | 'config'>, own: boolean): boolean {
  if (config['dtype'] !== undefined && !PLAIN_TYPES.has(config['dtype'])) return true;
  // With a seed, TensorFlow.js drops the same units at every step.
  if (typeof config['seed'] === 'number') return true;
  // Keras 2 writes options for it that only other convolutions have.
  if (type.startsWith('SeparableConv') && config['kernel_initializer'] !== undefined) return true;
  if (Object.entries(config).some(([key, value]) => key.endsWith('_regularizer') && Separate.safeParse(value).success))
    return true;
  if (own && OWN_WAY.has(type)) return false;
  if (isRenamed(type, config) || ignoredOption(type, config) !== undefined) return true;
  const wrapped = LayerJson.safeParse(config['layer']);
  return (
    wrapped.success &&
    isForeign({ type: wrapped.data.class_name, config: Config.catch({}).parse(wrapped.data.config) }, own)
  );
}
