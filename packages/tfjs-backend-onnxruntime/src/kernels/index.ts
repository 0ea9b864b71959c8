import { batchNormKernels } from './batch-norm';
import { constantKernels } from './constants';
import { convolutionKernels } from './convolutions';
import { depthwiseKernels } from './depthwise';
import { einsumKernels } from './einsum';
import { elementwiseKernels } from './elementwise';
import type { Kernels } from './kernel';
import { matrixKernels } from './matrix-products';
import { optimiserKernels } from './optimisers';
import { poolKernels } from './pools';
import { reductionKernels } from './reductions';
import { resizeKernels } from './resizes';
import { shapeKernels } from './shapes';
import { volumeKernels } from './volumes';
import { volumePoolKernels } from './volume-pools';

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
