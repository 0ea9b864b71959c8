import type { QuantizedLayer, QuantizeStep } from '../../../protocol/steps/quantize';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { readGraph } from '../../model/graph';
import { tf } from '../../tf';
import type { CalibrationOptions } from '../calibration/subject';
import { DAMPING, reconstruct, type LayerReconstruction } from '../reconstruct/reconstruct';
import type { KernelGrids } from './channel-grid';
import { changeOf, type QuantizedModel } from './quantize';
import { solveOnGrid } from './solve-on-grid';

/**
 * Rounds the kernels of a quantized model again, layer by layer, so that errors compensate each other on training examples:
 * see `solveOnGrid`. Only kernels with a grid for each output channel move, and biases.
 * @param model before quantization
 * @throws UserError where the model cannot run or does not fit the examples, CancelledError
 */
export async function compensated(
  model: ModelContent,
  nearest: QuantizedModel,
  { samples }: Pick<QuantizeStep, 'samples'>,
  data: Dataset,
  options: Pick<CalibrationOptions, 'seed' | 'signal' | 'onProgress'>,
): Promise<QuantizedModel> {
  if (nearest.grids.size === 0) return nearest;
  const fittedTo = new Map<string, KernelGrids>();
  const { tensors, layers } = await reconstruct(model, nearest.model.tensors, data, {
    ...options,
    samples,
    words: { running: 'rounding', not: 'rounded to the nearest' },
    solve: async ({ name, start, ...problem }) => {
      const own = nearest.grids.get(name);
      if (!own) return tf.clone(start);
      const { kernel, grids: fitted } = await solveOnGrid({ ...problem, start, grids: own.grids, damping: DAMPING });
      fittedTo.set(name, { ...own, grids: fitted });
      return kernel;
    },
  });
  // A kernel that would not come nearer keeps its values, and so its first grids.
  const isFitted = ([name]: readonly [string, unknown]): boolean =>
    tensors.get(name) !== nearest.model.tensors.get(name);
  const grids = new Map([...nearest.grids, ...[...fittedTo].filter(isFitted)]);
  const byName = new Map(readGraph(model).layers.map((layer) => [layer.name, layer]));
  return {
    model: { ...nearest.model, tensors },
    grids,
    layers: nearest.layers.map((one) => ({
      ...one,
      ...(one.state === 'kept' ? {} : { error: changeOf(byName.get(one.name)!, model.tensors, tensors) }),
      ...reconstructed(layers.get(one.name)),
    })),
  };
}

function reconstructed(found: LayerReconstruction | undefined): Pick<QuantizedLayer, 'reason' | 'outputError'> {
  if (found === undefined) return {};
  return typeof found === 'string' ? { reason: found } : { outputError: found };
}
