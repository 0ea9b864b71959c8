import { MOST_ROWS, type LevelsStep, type WeightLevels } from '../../../src/protocol/measure/levels';
import { bitsOf, isChannelInteger } from '../../../src/protocol/steps/quantize';

/** Levels over the range of a kernel, equally far apart; those of channels grow narrower. */
export function fakeLevels(step: LevelsStep, layer: string, kernel: Float32Array): WeightLevels {
  if (step.step === 'binarize' && layer === 'conv2d')
    return { state: 'kept', reason: 'it is the first layer with weights' };
  // Half the range, since the histogram leaves far tails out.
  const largest = kernel.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 2;
  const values =
    step.step === 'quantize'
      ? 2 ** bitsOf(step.bits)
      : step.step === 'cluster'
        ? step.clusters
        : step.step === 'ternarize'
          ? 3
          : 2;
  const byChannel =
    step.step === 'quantize' ? isChannelInteger(step.bits) : step.step !== 'cluster' && step.scaleOf === 'filter';
  const rows = Array.from({ length: byChannel ? MOST_ROWS : 1 }, (_, row) => ({
    tensor: `${layer}/kernel`,
    channel: byChannel ? row : null,
    levels: Array.from(
      { length: values },
      (_, i) => ((2 * i) / (values - 1) - 1) * largest * (1 - (0.7 * row) / MOST_ROWS),
    ),
  }));
  return {
    state: 'changed',
    rows: values > 256 ? [] : rows,
    scales: byChannel ? 64 : 1,
    values,
    error: 1 / values,
    bits: Math.log2(values),
    idealBits: Math.log2(values) * 0.8,
    ...{ judged: kernel.length, weights: kernel.length },
    compensates: step.step === 'quantize' && isChannelInteger(step.bits),
  };
}
