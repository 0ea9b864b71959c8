import type { tf } from '../../tf';
import type { Product } from '../network';
import type { Binding } from './binding';
import { columnsOf, type Columns } from './columns';
import type { layers } from './tfjs-layers';

type Layer = layers.layers.Layer;

/** Those of some bound variables that are kernels of dense layers and convolutions among `leaves`. */
export function productsOf(leaves: readonly Layer[], variables: Binding): Product[] {
  return [...variables].flatMap(([name, variable]) => {
    const layer = leaves.find(({ weights }) => weights.includes(variable));
    const columns = layer && columnsOf(layer);
    return columns ? [{ name, watch: (hear) => watch(layer, columns, hear) }] : [];
  });
}

function watch(layer: Layer, columns: Columns, hear: (columns: tf.Tensor2D) => void): () => void {
  const call = layer.call.bind(layer);
  // Not by way of its call hook, which convolutions do not invoke.
  layer.call = (inputs, kwargs) => {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (input) hear(columns(input));
    return call(inputs, kwargs);
  };
  return () => {
    layer.call = call;
  };
}
