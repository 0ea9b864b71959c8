import { constantKernels } from './constants.js';
import { convolutionKernels } from './convolutions.js';
import { elementwiseKernels } from './elementwise.js';
import type { Kernels } from './kernel.js';
import { matrixKernels } from './matrix-products.js';
import { poolKernels } from './pools.js';
import { reductionKernels } from './reductions.js';
import { shapeKernels } from './shapes.js';

/** All kernels that are answered natively, by tfjs's name. The rest runs on the cpu kernels. */
export const nativeKernels: Kernels = new Map([
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...constantKernels,
  ...matrixKernels,
  ...convolutionKernels,
  ...poolKernels,
]);
