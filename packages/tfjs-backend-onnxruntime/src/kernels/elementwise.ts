import type { BinaryFunction, UnaryFunction } from '../graph/operations';
import { isNativeType, type NativeType, sameShape } from '../graph/native-types';
import { tf } from '../tf';
import { composed } from './composed';
import {
  areFloat,
  areNative,
  isNative,
  type Kernel,
  kernel,
  type KernelContext,
  type Kernels,
  type OneInput,
  type TwoInputs,
} from './kernel';
import { CLIP_GRADIENT } from './own-kernels';

const FLOAT_FUNCTIONS: readonly UnaryFunction[] = [
  'Ceil', 'Cos', 'Elu', 'Erf', 'Exp', 'Floor', 'Log', 'Log1p', 'Reciprocal', 'Relu', 'Relu6', 'Round', 'Rsqrt', 'Selu',
  'Sigmoid', 'Sin', 'Softplus', 'Sqrt', 'Tanh',
]; // prettier-ignore
const NUMBER_FUNCTIONS: readonly UnaryFunction[] = ['Abs', 'Neg', 'Square'];

type ResultType = (operands: NativeType) => NativeType | undefined;
const sameNumber: ResultType = (type) => (type === 'bool' ? undefined : type);
const float: ResultType = (type) => (type === 'float32' ? type : undefined);
const comparedNumber: ResultType = (type) => (type === 'bool' ? undefined : 'bool');
const compared: ResultType = () => 'bool';
const logical: ResultType = (type) => (type === 'bool' ? type : undefined);

const BINARY_FUNCTIONS: Readonly<Record<BinaryFunction, ResultType>> = {
  Add: sameNumber,
  Sub: sameNumber,
  Multiply: sameNumber,
  Maximum: sameNumber,
  Minimum: sameNumber,
  SquaredDifference: sameNumber,
  RealDiv: float,
  Pow: float,
  Greater: comparedNumber,
  GreaterEqual: comparedNumber,
  Less: comparedNumber,
  LessEqual: comparedNumber,
  Equal: compared,
  NotEqual: compared,
  LogicalAnd: logical,
  LogicalOr: logical,
};

function unary(fn: UnaryFunction, accepts: (x: tf.TensorInfo) => boolean): Kernel {
  return kernel<OneInput>(({ x }, _, context) =>
    isNative(x) && accepts(x)
      ? context.record({ kind: 'Unary', attributes: { fn } }, [x], x.shape, x.dtype)
      : undefined,
  );
}

function binary(fn: BinaryFunction, resultType: ResultType): Kernel {
  return kernel<TwoInputs>(({ a, b }, _, context) => {
    if (!isNative(a) || !isNative(b) || a.dtype !== b.dtype) return undefined;
    const dtype = resultType(a.dtype);
    if (dtype === undefined) return undefined;
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    return context.record({ kind: 'Binary', attributes: { fn } }, [a, b], shape, dtype);
  });
}

const cast = kernel<OneInput, { dtype: tf.DataType }>(({ x }, { dtype }, context) => {
  if (!isNative(x) || !isNativeType(dtype)) return undefined;
  if (x.dtype === dtype) return context.alias(x, x.shape);
  return context.record({ kind: 'Cast', attributes: {} }, [x], x.shape, dtype);
});

const step = kernel<OneInput, { alpha?: number }>(({ x }, { alpha = 0 }, context) =>
  areFloat(x) ? context.record({ kind: 'Step', attributes: { alpha } }, [x], x.shape, 'float32') : undefined,
);

const leakyRelu = kernel<OneInput, { alpha: number }>(({ x }, { alpha }, context) =>
  areFloat(x) ? context.record({ kind: 'LeakyRelu', attributes: { alpha } }, [x], x.shape, 'float32') : undefined,
);

const prelu = kernel<OneInput & { alpha: tf.TensorInfo }>(({ x, alpha }, _, context) => {
  if (!areFloat(x, alpha)) return undefined;
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(x.shape, alpha.shape);
  if (!sameShape(shape, x.shape)) return undefined;
  return context.record({ kind: 'PRelu', attributes: {} }, [x, alpha], x.shape, 'float32');
});

const eluGradient = kernel<{ dy: tf.TensorInfo; y: tf.TensorInfo }>(({ dy, y }, _, context) =>
  areFloat(dy, y) ? context.record({ kind: 'EluGradient', attributes: {} }, [dy, y], y.shape, 'float32') : undefined,
);

const clip = kernel<OneInput, { clipValueMin: number; clipValueMax: number }>(({ x }, bounds, context) => {
  if (!areFloat(x)) return undefined;
  const attributes = { min: bounds.clipValueMin, max: bounds.clipValueMax };
  return context.record({ kind: 'Clip', attributes }, [x], x.shape, 'float32');
});

const clipGradient = kernel<OneInput & { dy: tf.TensorInfo }, { clipValueMin: number; clipValueMax: number }>(
  ({ x, dy }, bounds, context) => {
    const attributes = { min: bounds.clipValueMin, max: bounds.clipValueMax };
    return context.record({ kind: 'ClipGradient', attributes }, [dy, x], x.shape, 'float32');
  },
);

const addN = kernel<tf.TensorInfo[]>((terms, _, context) =>
  areFloat(...terms) ? context.record({ kind: 'AddN', attributes: {} }, terms, terms[0]!.shape, 'float32') : undefined,
);

const select = kernel<{ condition: tf.TensorInfo; t: tf.TensorInfo; e: tf.TensorInfo }>((inputs, _, context) => {
  const { condition, t, e } = inputs;
  if (!isNative(t) || !areNative(condition, e) || t.dtype !== e.dtype) return undefined;
  if (condition.dtype !== 'bool' || !sameShape(condition.shape, t.shape)) return undefined;
  if (t.dtype === 'bool') return composed(context, (steps) => eitherOf(steps, inputs));
  return context.record({ kind: 'Select', attributes: {} }, [condition, t, e], t.shape, t.dtype);
});

/** Selects booleans by logical operators. */
function eitherOf(
  steps: KernelContext,
  { condition, t, e }: { condition: tf.TensorInfo; t: tf.TensorInfo; e: tf.TensorInfo },
): tf.TensorInfo {
  const combine = (fn: BinaryFunction, ...both: tf.TensorInfo[]): tf.TensorInfo =>
    steps.record({ kind: 'Binary', attributes: { fn } }, both, t.shape, 'bool');
  const otherwise = steps.record({ kind: 'Unary', attributes: { fn: 'LogicalNot' } }, [condition], t.shape, 'bool');
  return combine('LogicalOr', combine('LogicalAnd', condition, t), combine('LogicalAnd', otherwise, e));
}

/** Kernels that map elements to elements. */
export const elementwiseKernels: Kernels = new Map([
  ...FLOAT_FUNCTIONS.map((fn) => [fn, unary(fn, (x) => x.dtype === 'float32')] as const),
  ...NUMBER_FUNCTIONS.map((fn) => [fn, unary(fn, (x) => x.dtype !== 'bool')] as const),
  ['LogicalNot', unary('LogicalNot', (x) => x.dtype === 'bool')],
  ...Object.entries(BINARY_FUNCTIONS).map(([fn, type]) => [fn, binary(fn as BinaryFunction, type)] as const),
  ['Cast', cast],
  ['Step', step],
  ['LeakyRelu', leakyRelu],
  ['Prelu', prelu],
  ['EluGrad', eluGradient],
  ['ClipByValue', clip],
  [CLIP_GRADIENT, clipGradient],
  ['AddN', addN],
  ['Select', select],
]);
