import { sizeOf } from './native-types';
import type { OperationKind } from './operations';

/** The cost of moving one element, in multiplications or additions of a matrix product. */
const PER_ELEMENT = 10;

/** Estimates the multiplications and additions of an operation. Graphs with enough work get several threads. */
export function estimateWork(
  kind: OperationKind,
  shape: readonly number[],
  inputShapes: readonly (readonly number[])[],
): number {
  const size = sizeOf(shape);
  const [first = [], second = []] = inputShapes;
  switch (kind) {
    case 'Conv2D':
      return 2 * size * perOutput(second);
    case 'Conv2DInputGradient':
      return 2 * sizeOf(first) * perOutput(second);
    case 'Conv2DFilterGradient':
      return 2 * sizeOf(second) * perOutput(shape);
    case 'DepthwiseConv2D':
    case 'DepthwiseInputGradient':
      return 2 * size * window(second);
    case 'DepthwiseFilterGradient':
      return 2 * sizeOf(second) * window(shape);
    case 'MatMul': // m x k, k x n and m x n, transposed or not.
      return 2 * Math.sqrt(sizeOf(first) * sizeOf(second) * size);
    default:
      return PER_ELEMENT * size;
  }
}

/** Multiplications for one result of a convolution: height x width x input channels. */
const perOutput = ([height = 1, width = 1, channels = 1]: readonly number[]): number => height * width * channels;

const window = ([height = 1, width = 1]: readonly number[]): number => height * width;
