import { shapeSize } from '../../checkpoint/dtype';
import type { Tensor } from '../../checkpoint/types';
import { leftAlone, NOT_FACTORS, PRUNABLE, type Pruning } from '../pruning';
import type { Reader } from './readers';

const CONVOLUTION = /^(_?Fused)?Conv[123]D(BackpropInput(V2)?)?$/;
const MATRIX_PRODUCT = /^(_?FusedMatMul|MatMul|BatchMatMul(V[23])?|Einsum)$/;
const DEPTHWISE = /^(_?Fused)?DepthwiseConv2d(Native)?$/;
const FUSED = /^_?Fused(Conv|MatMul|Depthwise)/;

/** Roles of constants in operations that do not multiply by them. */
const CONSTANTS: readonly (readonly [RegExp, string])[] = [
  [/^(Mul|Div|RealDiv|DivNoNan|MulNoNan)$/, 'a scale'],
  [/^BiasAdd/, 'a bias'],
  [/^(Add|AddV2|AddN|Sub)$/, 'an offset'],
  [/BatchNorm/, 'a normalization weight'],
  [/^Prelu$/, 'slopes of an activation'],
  [/^(Resource)?Gather/, 'a lookup table'],
  [/^output$/, 'a result of the model'],
];

/** Tells whether the operation multiplies the values that flow through the network by this constant. */
export const isProduct = ({ operation: { op }, index }: Reader): boolean =>
  (CONVOLUTION.test(op) && index === 1) || (MATRIX_PRODUCT.test(op) && (index < 2 || op === 'Einsum'));

const isDepthwise = ({ operation: { op }, index }: Reader): boolean => DEPTHWISE.test(op) && index === 1;

/** Tells whether the constant is a kernel of the operation, prunable or not. */
export const isKernelOf = (reader: Reader): boolean => isProduct(reader) || isDepthwise(reader);

/**
 * Decides how to prune a constant of a GraphModel, from all operations that read it. It is a kernel only if it is one
 * for each of them. Depthwise filters are not pruned.
 */
export function pruningOfConstant(tensor: Tensor, readers: readonly Reader[]): Pruning {
  if (tensor.dtype !== 'float32') return leftAlone(`${tensor.dtype} ${NOT_FACTORS}`);
  if (shapeSize(tensor.shape) === 0) return leftAlone('it is empty');
  if (readers.length === 0) return leftAlone('no operation reads it');
  const other = readers.find((reader) => !isKernelOf(reader) || tensor.shape.length < 2);
  if (other) return leftAlone(`read by ${other.operation.op}: ${whatIs(other)}, not a kernel`);
  if (readers.some(isDepthwise))
    return leftAlone('depthwise kernels are not pruned: each holds the only filter of its channel');
  return PRUNABLE;
}

function whatIs({ operation: { op }, index }: Reader): string {
  if (FUSED.test(op) && index > 1) return index === 2 ? 'a bias' : 'a constant';
  return CONSTANTS.find(([pattern]) => pattern.test(op))?.[1] ?? 'a constant';
}

/** Describes the channel axes of a kernel: in the usual order (`plain`), outputs before inputs, or unknown. */
export function layoutOf({
  operation: { op, transposed },
  index,
  rearranged,
}: Reader): 'plain' | 'transposed' | 'unknown' {
  if (rearranged || index !== 1 || op === 'Einsum' || op.startsWith('BatchMatMul')) return 'unknown';
  return transposed || op.includes('BackpropInput') ? 'transposed' : 'plain';
}
