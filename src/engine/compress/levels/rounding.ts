import type { LevelsStep } from '../../../protocol/measure/levels';
import { bitsOf, isChannelInteger, type Bits, type QuantizeStep } from '../../../protocol/steps/quantize';
import { quantizeTensor } from '../../checkpoint/quantize-tensor';
import { gridNumbers, roundingTo } from '../../checkpoint/stored-rounding';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { kernelChannels } from '../../model/kernel-channels';
import { isAllFinite } from '../value-range';
import { levelOf, roundedTo, valueAt } from '../quantize/channel-grid';
import { gridsOf, numbersOf, OTHERS } from '../quantize/quantize';
import { clusteredData, clusterNumbers } from '../restrict/cluster';
import { kernelsOf, reasonsToKeep, weightsIn, type Weights } from '../restrict/restrict';
import { scalesOf, signed } from '../restrict/sign-steps';
import { sampleOf, type KernelSample } from './sample';

/** A sample of the weights of a tensor, and their values after a step. */
export interface Rounding {
  readonly sample: KernelSample;
  readonly after: Float32Array;
  /** Scales of the whole tensor. */
  readonly scales: number;
  /** Bits of a weight in the format; absent where the number of values decides. */
  readonly bits?: number;
  /** Levels of a scale, used or not, null for floats; absent where only values that occur count. */
  readonly values?: number | null;
  /** Lists the levels of a channel of the sample; absent where those that occur are all. */
  readonly levels?: (channel: number) => Iterable<number>;
  /** Returns the value of a channel of the sample in units of its scale. */
  readonly code: (value: number, channel: number) => number;
}

interface Rounded {
  readonly kernels: readonly Weights[];
  readonly compensates: boolean;
  /** @param most weights to take */
  readonly round: (kernel: Weights, most: number) => Rounding | { readonly reason: string };
}

/** Finds how a step rounds the weights of a layer, or the reason why it leaves them as they are. @throws UserError */
export function roundingOf(
  model: ModelContent,
  step: LevelsStep,
  place: number,
): Rounded | { readonly reason: string } {
  const layer = readGraph(model).layers[place]!;
  const kernels = kernelsOf(layer);
  if (step.step === 'quantize') {
    const numbers = numbersOf(model, step)[place]!;
    if ('reason' in numbers) return { reason: numbers.reason };
    const { bits } = numbers;
    // The histogram shows the kernels of a layer, and all its weights where it has none.
    const chosen = (kernels.length > 0 ? kernels : weightsIn(layer)).filter(({ tensor }) => tensor.dtype === 'float32');
    if (chosen.length === 0) return { reason: 'it has no kernel' };
    const compensates = isChannelInteger(bits) && kernels.length > 0 && step.rounding !== 'nearest';
    return {
      ...{ kernels: chosen, compensates },
      round: (one, most) => quantizedWeights(one, isChannelInteger(bits) && !one.kernel ? OTHERS : bits, step, most),
    };
  }
  const reason = reasonsToKeep(model, { protect: step.protect, ends: 'ends' in step ? step.ends : undefined })[place];
  if (reason !== undefined) return { reason };
  const clusters = step.step === 'cluster' ? (clusterNumbers(model, step).get(place) ?? step.clusters) : 0;
  return {
    kernels,
    compensates: false,
    round: (kernel, most) => {
      const scales = step.step === 'cluster' ? { count: 1, inner: kernel.params } : scalesOf(kernel, step.scaleOf);
      const sample = sampleOf(kernel, scales, most);
      const free =
        step.step === 'cluster' ? clusteredData(sample.data, clusters) : signed(step, sample.data, sample.channels);
      const { quantization } = kernel.tensor;
      const after = quantization ? free.map(roundingTo(quantization)) : free;
      return { sample, after, scales: scales.count, code: step.step === 'cluster' ? (value) => value : Math.sign };
    },
  };
}

function quantizedWeights(
  kernel: Weights,
  bits: Bits,
  step: QuantizeStep,
  most: number,
): Rounding | { readonly reason: string } {
  const { tensor, params } = kernel;
  if (!isAllFinite(tensor)) return { reason: `${tensor.name} has values beyond the range of ${bits}` };
  if (isChannelInteger(bits)) return onChannelGrids(kernel, bits, step, most);
  const sample = sampleOf(kernel, { count: 1, inner: params }, most);
  const after = quantizeTensor({ ...tensor, data: sample.data }, bits);
  if (!after?.quantization || !(after.data instanceof Float32Array))
    return { reason: `${tensor.name} has values beyond the range of ${bits}` };
  const { quantization, data } = after;
  return {
    ...{ sample, after: data, scales: 1, bits: bitsOf(bits), code: (value: number) => value },
    values: bits === 'float16' ? null : 2 ** bitsOf(bits),
    levels: () => (bits === 'uint8' ? gridNumbers(quantization) : []),
  };
}

function onChannelGrids(kernel: Weights, bits: Bits, step: QuantizeStep, most: number): Rounding {
  const channels = kernelChannels(kernel);
  const sample = sampleOf(kernel, channels, most);
  const grids = gridsOf(sample.data, sample.channels, bits, step);
  const list = grids.grids.map(({ lowest, highest }) => highest - lowest + 1);
  return {
    ...{ sample, after: roundedTo(grids, sample.data), scales: channels.count, bits: bitsOf(bits) },
    values: Math.max(0, ...list),
    levels: (channel) => {
      const grid = grids.grids[channel]!;
      return Array.from({ length: list[channel]! }, (_, i) => valueAt(grid.lowest + i, grid));
    },
    code: (value, channel) => levelOf(value, grids.grids[channel]!),
  };
}
