import { batchNormKernels } from './batch-norm';
import { constantKernels } from './constants';
import { convolutionKernels } from './convolution/convolutions';
import { depthwiseKernels } from './convolution/depthwise';
import { einsumKernels } from './einsum';
import { elementwiseKernels } from './elementwise';
import type { Kernels } from './kernel';
import { matrixKernels } from './matrix-products';
import { adamKernels } from './adam';
import { poolKernels } from './pooling/pools';
import { reductionKernels } from './reductions';
import { resizeKernels } from './resizes';
import { shapeKernels } from './shapes';
import { volumeKernels } from './convolution/volumes';
import { volumePoolKernels } from './pooling/volume-pools';

/** All native kernels by their name in tfjs. The others run on the cpu kernels. */
export const nativeKernels: Kernels = new Map([
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...constantKernels,
  ...matrixKernels,
  ...convolutionKernels,
  ...depthwiseKernels,
  ...poolKernels,
  ...batchNormKernels,
  ...resizeKernels,
  ...adamKernels,
  ...einsumKernels,
  ...volumeKernels,
  ...volumePoolKernels,
]);
