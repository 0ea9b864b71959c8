import type { LayerOutput } from '../network';
import type { Topology } from './description/topology';
import { layers, type LayersModel } from './tfjs-layers';

type Layer = layers.layers.Layer;

/**
 * Finds running layers by their unique names.
 * @param model has the layers of the topology, in nested models or dissolved
 */
export function layerOutputsOf(model: LayersModel, { nodes }: Topology, names: Iterable<string>): LayerOutput[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return Array.from(names, (name) => {
    const node = byName.get(name);
    const layer = node && (layerAt(model, node.path) ?? layerAt(model, [name]));
    if (!layer) throw new Error(`the running model has no layer ${name}`);
    return { name, watch: (hear) => watch(layer, hear) };
  });
}

function layerAt(model: LayersModel, [first, ...rest]: readonly string[]): Layer | undefined {
  const found = model.layers.find(({ name }) => name === first);
  if (rest.length === 0) return found;
  return found instanceof layers.LayersModel ? layerAt(found, rest) : undefined;
}

/** Convolutions do not invoke the call hook, so `call` itself is replaced. */
function watch(layer: Layer, hear: Parameters<LayerOutput['watch']>[0]): () => void {
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const outputs = call(inputs, kwargs);
    hear(Array.isArray(outputs) ? outputs[0]! : outputs);
    return outputs;
  };
  return () => {
    layer.call = call;
  };
}
