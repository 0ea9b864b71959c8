import { sizeOf } from '../graph/native-types';
import type { Activation } from '../graph/operations';
import { tf } from '../tf';
import { areFloat, kernel, type KernelContext, type Kernels, type TwoInputs } from './kernel';
import { activationOf, type FusedAttributes, LINEAR } from './activations';

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface FusedInputs extends TwoInputs {
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

/** Records a product of two matrices or stacks of matrices, with bias and activation. */
export function multiply(
  context: KernelContext,
  { a, b }: TwoInputs,
  bias: tf.TensorInfo[],
  { transposeA, transposeB }: Transposes,
  activation: Activation,
): tf.TensorInfo {
  const [innerA, rows] = lastTwo(a.shape, transposeA);
  const [columns, innerB] = lastTwo(b.shape, transposeB);
  tf.util.assert(
    innerA === innerB,
    () =>
      `Error in matMul: inner shapes (${innerA}) and (${innerB}) of Tensors with shapes ${a.shape.join()} and ${b.shape.join()} ` +
      `and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const attributes = { transposeA, transposeB, activation };
  const stacked = batch.length > 0;
  const isPlain = sizeOf(b.shape) === innerB * columns && (!transposeA || sizeOf(batch) === 1);
  if (stacked && isPlain && bias.every(({ shape }) => sizeOf(shape) === columns)) {
    // Multiply one matrix: all rows of the stack, one below the other.
    const left = { ...a, shape: transposeA ? a.shape.slice(-2) : [sizeOf(batch) * rows, innerA] };
    const right = { ...b, shape: b.shape.slice(-2) };
    const shift = bias.map((numbers) => ({ ...numbers, shape: [columns] }));
    const product = context.record(
      { kind: 'MatMul', attributes },
      [left, right, ...shift],
      [sizeOf(batch) * rows, columns],
      'float32',
    );
    return { ...product, shape: [...batch, rows, columns] };
  }
  return context.record({ kind: 'MatMul', attributes }, [a, b, ...bias], [...batch, rows, columns], 'float32');
}

/** The last two dimensions, the last one first, after an optional transposition. */
function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const [last, lastButOne] = [shape.at(-1)!, shape.at(-2)!];
  return transposed ? [lastButOne, last] : [last, lastButOne];
}

const batchMatMul = kernel<TwoInputs, Transposes>((inputs, attributes, context) =>
  areFloat(inputs.a, inputs.b) ? multiply(context, inputs, [], attributes, LINEAR) : undefined,
);

const fusedMatMul = kernel<FusedInputs, Transposes & FusedAttributes>((inputs, attributes, context) => {
  const { a, b, bias, preluActivationWeights } = inputs;
  const activation = activationOf(attributes);
  if (activation === undefined || preluActivationWeights || !areFloat(a, b)) return undefined;
  if (bias !== undefined && !areFloat(bias)) return undefined;
  return multiply(context, inputs, bias === undefined ? [] : [bias], attributes, activation);
});

/** Matrix products. */
export const matrixKernels: Kernels = new Map([
  ['BatchMatMul', batchMatMul],
  ['_FusedMatMul', fusedMatMul],
]);
