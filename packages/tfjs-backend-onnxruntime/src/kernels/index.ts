import { batchNormKernels } from './batch-norm';
import { constantKernels } from './constants';
import { convolutionKernels } from './convolution/convolutions';
import { depthwiseKernels } from './convolution/depthwise';
import { einsumKernels } from './einsum';
import { elementwiseKernels } from './elementwise';
import type { Kernels } from './kernel';
import { matrixKernels } from './matrix-products';
import { optimiserKernels } from './adam';
import { poolKernels } from './pooling/pools';
import { reductionKernels } from './reductions';
import { resizeKernels } from './resizes';
import { shapeKernels } from './shapes';
import { volumeKernels } from './convolution/volumes';
import { volumePoolKernels } from './pooling/volume-pools';

/** All kernels that are answered natively, by tfjs's name. The rest runs on the cpu kernels. */
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
  ...optimiserKernels,
  ...einsumKernels,
  ...volumeKernels,
  ...volumePoolKernels,
]);
