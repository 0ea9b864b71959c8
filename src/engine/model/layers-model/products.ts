import type { tf } from '../../tf';
import type { Product } from '../network';
import type { Binding, ModelVariable } from './binding';
import { columnsOf, type Columns } from './columns';
import type { layers } from './tfjs-layers';

type Layer = layers.layers.Layer;

/**
 * Finds the kernels of dense layers and convolutions among some variables.
 * @param leaves the layers of the model
 * @param names tensor name of each variable of the model
 */
export function productsOf(
  leaves: readonly Layer[],
  variables: Binding,
  names: ReadonlyMap<ModelVariable, string>,
): Product[] {
  const kernels = [...variables].filter(([, { originalName }]) => originalName.endsWith('/kernel'));
  return kernels.flatMap(([name, variable]) => {
    const layer = leaves.find(({ weights }) => weights.includes(variable));
    const columns = layer && columnsOf(layer);
    if (!columns) return [];
    const own = layer.weights.find(({ originalName }) => originalName.endsWith('/bias'));
    const bias = own && names.get(own);
    return [{ name, ...(bias === undefined ? {} : { bias }), watch: (hear) => watch(layer, columns, hear) }];
  });
}

function watch(layer: Layer, columns: Columns, hear: (columns: tf.Tensor2D) => void): () => void {
  const call = layer.call.bind(layer);
  // Convolutions do not invoke the call hook, so `call` itself is replaced.
  layer.call = (inputs, kwargs) => {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (input) hear(columns(input));
    return call(inputs, kwargs);
  };
  return () => {
    layer.call = call;
  };
}
