import type { BitsPerWeight } from '../../protocol/model';
import { tensorBytes } from '../checkpoint/tensor-bytes';
import type { GraphLayer } from '../model/model-graph';
import { fewValuesOf } from './few-values';

/** Returns the bits of a weight of a layer; null without weights. */
export function bitsPerWeight({ tensors }: Pick<GraphLayer, 'tensors'>): BitsPerWeight | null {
  const kernels = tensors.filter(({ kernel }) => kernel);
  const counted = kernels.length > 0 ? kernels : tensors;
  const weights = counted.reduce((sum, { params }) => sum + params, 0);
  if (weights === 0) return null;
  const stored = (8 * counted.reduce((sum, { tensor }) => sum + tensorBytes(tensor), 0)) / weights;
  const few = kernels.flatMap((one) => {
    const found = fewValuesOf(one);
    return found ? [{ ...found, params: one.params }] : [];
  });
  if (few.length === 0 || few.length < kernels.length) return { stored };
  return {
    stored,
    few: {
      values: Math.max(...few.map(({ values }) => values)),
      entropy: few.reduce((bits, { entropy, params }) => bits + entropy * params, 0) / weights,
    },
  };
}
