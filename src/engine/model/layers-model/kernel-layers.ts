import type { ActivationGrid } from '../../../protocol/activations';
import type { tf } from '../../tf';
import { fakeQuantize } from '../activation-grids';
import type { KernelLayer } from '../network';
import type { Binding } from './binding';
import type { layers, LayersModel } from './tfjs-layers';
import { leavesOf } from './training-mode';

type Layer = layers.layers.Layer;
type Inputs = Parameters<Layer['call']>[0];

const WITH_ONE_KERNEL = /^(Dense|Conv[123]D|DepthwiseConv2D)$/;

/** Finds the layers with one kernel among some variables. @param leaves the layers of the model */
export function kernelLayersOf(leaves: readonly Layer[], variables: Binding): KernelLayer[] {
  return [...variables].flatMap(([name, variable]) => {
    const layer = leaves.find(({ weights }) => weights.includes(variable));
    const isKernel = /\/(depthwise_)?kernel$/.test(variable.originalName);
    if (!layer || !isKernel || !WITH_ONE_KERNEL.test(layer.getClassName())) return [];
    const watch: KernelLayer['watch'] = (hear) => {
      const call = replaceInput(layer, (input) => {
        hear(input);
        return input;
      });
      return () => {
        layer.call = call;
      };
    };
    return [{ name, watch }];
  });
}

/** Makes layers round their inputs to grids, given by kernel. */
export function quantizeInputs(
  model: LayersModel,
  variables: Binding,
  grids: ReadonlyMap<string, ActivationGrid>,
): void {
  if (grids.size === 0) return;
  const leaves = leavesOf(model);
  for (const [name, grid] of grids) {
    const variable = variables.get(name);
    const layer = variable && leaves.find(({ weights }) => weights.includes(variable));
    if (layer) replaceInput(layer, (input) => fakeQuantize(input, grid));
  }
}

/** Changes the input of each call of a layer. Convolutions do not invoke the call hook, so `call` itself is replaced. Returns the original. */
function replaceInput(layer: Layer, change: (input: tf.Tensor) => tf.Tensor): Layer['call'] {
  const call = layer.call.bind(layer);
  layer.call = (inputs: Inputs, kwargs) => {
    const [input, ...rest] = Array.isArray(inputs) ? inputs : [inputs];
    return call(input ? [change(input), ...rest] : inputs, kwargs);
  };
  return call;
}
