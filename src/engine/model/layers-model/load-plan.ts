import { UserError } from '../../../protocol/errors';
import { tf } from '../../tf';
import type { ModelContent } from '../../checkpoint/types';
import { readable } from './dialects';
import './layers';
import { readTopology, type Topology } from './description/topology';
import { LayerJson, type Config } from './description/json';
import { whyTooLarge } from './validate/memory';
import { whyMasksDiffer } from './masks';
import type { Slot } from './weights/slots';

/** Explains in one sentence why a model cannot be loaded; undefined where no reason is known. */
export function whyNotLoadable(model: ModelContent): string | undefined {
  const plan = loadPlan(model);
  return typeof plan === 'string' ? plan : undefined;
}

/** A plan for loading a model. */
export interface LoadPlan {
  readonly topology: Topology;
  /** The description for TensorFlow.js. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Returns the name that TensorFlow.js gives to the variable of a weight. */
  readonly variableOf: (slot: Pick<Slot, 'layer' | 'name'>) => string;
}

/** Plans the loading of a model, or explains in one sentence why it cannot be loaded. */
export function loadPlan(model: ModelContent): LoadPlan | string {
  const topology = topologyOf(model);
  if (typeof topology === 'string') return topology;
  if (model.format === 'graph-model' || !topology) {
    return 'This model is not a LayersModel, so it cannot be evaluated or trained: convert it to the format tfjs_layers_model.';
  }
  const strange = topology.nodes.find(({ type }) => !isRegistered(type));
  if (strange) {
    return `The layer "${strange.name}" has the type "${strange.type}", which TensorFlow.js does not know, so the model can be inspected and pruned but not evaluated or trained: if the layer is your own, name a module that registers it with --custom-layers, "layers" of a recipe, or the setting secateur.layers.`;
  }
  const lost = topology.nodes.find(({ calls }) => calls.length === 0);
  if (lost) {
    return `The layer "${lost.name}" leads to no output of the model, so the model can be inspected and pruned but not evaluated or trained: save it again without this layer.`;
  }
  const results = topology.results.map(({ call, output }) => `${call}:${output}`);
  if (new Set(results).size < results.length) {
    return 'The model returns the same tensor twice, so it cannot be evaluated or trained: save it again with each output once.';
  }
  const tooLarge = whyTooLarge(model);
  if (tooLarge !== undefined) return tooLarge;
  const stateful = topology.nodes.find(({ config }) => isStateful(config));
  if (stateful) {
    return `The layer "${stateful.name}" is stateful, so its outputs depend on earlier examples, and the model cannot be evaluated or trained: set "stateful" of the layer to false.`;
  }
  const masks = whyMasksDiffer(topology);
  if (masks !== undefined) return masks;
  const reading = readable(model, topology);
  if (typeof reading === 'string') return reading;
  const byId = new Map(topology.nodes.map((layer) => [layer.id, layer]));
  const variableOf: LoadPlan['variableOf'] = ({ layer, name }) => {
    const { path, name: unique } = byId.get(layer)!;
    const own = `${path.at(-1)!}/`;
    return reading.flat && name.startsWith(own) ? `${unique}/${name.slice(own.length)}` : name;
  };
  return { topology, description: reading.description, variableOf };
}

/** Reads the layers of a model; null where it describes none, and one sentence where they cannot be read. */
export function topologyOf({ modelTopology }: ModelContent): Topology | null | string {
  try {
    return readTopology(modelTopology);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Tells whether a layer, or one that it wraps, keeps its state from batch to batch. */
function isStateful({ stateful, layer }: Config): boolean {
  const wrapped = LayerJson.safeParse(layer);
  const inner = wrapped.success ? wrapped.data.config : undefined;
  return stateful === true || (inner !== undefined && !Array.isArray(inner) && isStateful(inner));
}

const isRegistered = (type: string) => Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, type);
