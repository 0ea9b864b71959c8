import { shapeSize } from '../../../checkpoint/dtype';
import type { Tensor } from '../../../checkpoint/types';
import { leftAlone, NOT_FACTORS, PRUNABLE, type Pruning } from '../../pruning';
import { weightName } from './roles';

const NORMALIZATION = /Normalization$/;
const NORMALIZATION_WEIGHT = /^(gamma|beta|moving_mean|moving_variance)$/;
const KERNEL_NAME = /^((pointwise_|recurrent_)?kernel|embeddings)$/;

/**
 * Decides how to prune a tensor, from the type of its layer and its role there. In layers of unknown type, float32
 * arrays of two or more dimensions count as kernels.
 * @param layerType Keras class name; for a wrapper, that of the wrapper
 */
export function pruningOf(tensor: Tensor, layerType: string): Pruning {
  const name = weightName(tensor);
  if (tensor.dtype !== 'float32') {
    return leftAlone(`${tensor.dtype} ${NOT_FACTORS}`);
  }
  if (shapeSize(tensor.shape) === 0) return leftAlone('it is empty');
  if (NORMALIZATION.test(layerType) || NORMALIZATION_WEIGHT.test(name)) {
    return leftAlone('normalization weights are not pruned: they are few and each scales a whole channel');
  }
  if (name.endsWith('bias')) return leftAlone('biases are not pruned: they are few and matter much');
  if (name.startsWith('depthwise') || (layerType === 'DepthwiseConv2D' && name === 'kernel')) {
    return leftAlone('depthwise kernels are not pruned: each holds the only filter of its channel', true);
  }
  if (name === 'alpha' || layerType === 'PReLU') return leftAlone('slopes of activations are not pruned: they are few');
  if (KERNEL_NAME.test(name)) return PRUNABLE;
  if (tensor.shape.length >= 2) return PRUNABLE;
  return leftAlone('vectors and single numbers are not pruned: they are few and matter much');
}
