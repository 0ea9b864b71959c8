import { sizeOf } from './native-types';
import type { OperationKind } from './operations';

const PER_CONVOLVED_ELEMENT = 1000;

/** A rough number of arithmetic operations, to tell graphs worth several threads from those that are not. */
export function estimateWork(
  kind: OperationKind,
  shape: readonly number[],
  inputShapes: readonly (readonly number[])[],
): number {
  const size = sizeOf(shape);
  switch (kind) {
    case 'Conv2D':
    case 'Conv2DInputGradient':
    case 'Conv2DFilterGradient':
    case 'DepthwiseConv2D':
    case 'DepthwiseInputGradient':
    case 'DepthwiseFilterGradient':
      return PER_CONVOLVED_ELEMENT * size;
    case 'MatMul':
      return 2 * size * (inputShapes[0]?.at(-1) ?? 1);
    default:
      return size;
  }
}
