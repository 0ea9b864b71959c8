import type { LayerRun } from '../network';
import type { Topology } from './description/topology';
import { answersOf } from './answers';
import { layers, type LayersModel } from './tfjs-layers';

type Layer = layers.layers.Layer;

/** Types that need another layer beside them: what masks a tensor, and what takes the state of another. */
const NOT_ALONE = /^(InputLayer|Masking)$/;

/**
 * Lists the layers of a running model that can run by themselves, in the order of its description. Those with shapes that are
 * open are left out.
 */
export function layerRunsOf(model: LayersModel, { nodes }: Pick<Topology, 'nodes'>): LayerRun[] {
  return nodes.flatMap((node): LayerRun[] => {
    const layer = layerAt(model, node.path);
    const shapes = layer && inputsOf(layer);
    if (!shapes || NOT_ALONE.test(layer.getClassName()) || node.calls.length === 0) return [];
    return [
      {
        ...{ name: node.name, inputs: shapes, calls: node.calls.length },
        run: (inputs) => answersOf(layer, inputs.length === 1 ? inputs[0]! : [...inputs], false)[0]!,
      },
    ];
  });
}

/** Finds a layer by the names of the models around it and its own. */
function layerAt(model: LayersModel, path: readonly string[]): Layer | undefined {
  const [name, ...inner] = path;
  const found = model.layers.find((layer) => layer.name === name);
  if (inner.length === 0) return found;
  return found instanceof layers.LayersModel ? layerAt(found, inner) : undefined;
}

/** Returns the shapes of its first call for one example; undefined where one is open. */
function inputsOf({ inboundNodes }: Layer): number[][] | undefined {
  const shapes = inboundNodes[0]?.inputTensors.map(({ shape }) => shape.slice(1));
  return shapes?.every((shape): shape is number[] => shape.every((size) => size !== null)) ? shapes : undefined;
}
