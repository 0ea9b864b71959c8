import type { NativeType } from '../graph/native-types';
import type { OperationAttributes, Reduction } from '../graph/operations';
import { tf } from '../tf';
import { areFloat, isNative, type Kernel, kernel, type Kernels, type OneInput, positiveAxis } from './kernel';

type Axes = number | number[];
interface ReduceAttributes {
  readonly axis?: Axes;
  /** The name of the axes in Max. */
  readonly reductionIndices?: Axes;
  readonly keepDims: boolean;
}

function reduce(fn: Reduction, resultType: (type: NativeType) => NativeType | undefined): Kernel {
  return kernel<OneInput, ReduceAttributes>(({ x }, { axis, reductionIndices, keepDims }, context) => {
    if (!isNative(x)) return undefined;
    const dtype = resultType(x.dtype);
    if (dtype === undefined) return undefined;
    const given = (fn === 'Max' ? reductionIndices : axis) ?? x.shape.map((_, i) => i);
    const axes = tf.util.parseAxisParam(given, x.shape).sort((a, b) => a - b);
    if (axes.length === 0 && x.dtype === dtype) return context.alias(x, x.shape);
    const [reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
    return context.record({ kind: 'Reduce', attributes: { fn, axes } }, [x], shape, dtype);
  });
}

function argReduce(fn: OperationAttributes['ArgReduce']['fn']): Kernel {
  return kernel<OneInput, { axis: number }>(({ x }, { axis }, context) => {
    if (!isNative(x) || x.dtype === 'bool') return undefined;
    const axes = tf.util.parseAxisParam(axis, x.shape).slice(0, 1);
    const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    return context.record({ kind: 'ArgReduce', attributes: { fn, axis: axes[0]! } }, [x], shape, 'int32');
  });
}

function softmax(fn: OperationAttributes['Softmax']['fn']): Kernel {
  return kernel<{ logits: tf.TensorInfo }, { dim?: number; axis?: number }>(({ logits }, { dim, axis }, context) => {
    if (!areFloat(logits)) return undefined;
    const attributes = { fn, axis: positiveAxis(dim ?? axis ?? -1, logits.shape.length) };
    return context.record({ kind: 'Softmax', attributes }, [logits], logits.shape, 'float32');
  });
}

const summed = (type: NativeType): NativeType => (type === 'bool' ? 'int32' : type);
const number = (type: NativeType): NativeType | undefined => (type === 'bool' ? undefined : type);
const averaged = (type: NativeType): NativeType | undefined => (type === 'bool' ? undefined : 'float32');
const logical = (type: NativeType): NativeType | undefined => (type === 'bool' ? type : undefined);

/** Kernels that reduce along axes. */
export const reductionKernels: Kernels = new Map([
  ['Sum', reduce('Sum', summed)],
  ['Mean', reduce('Mean', averaged)],
  ['Max', reduce('Max', number)],
  ['Min', reduce('Min', number)],
  ['Prod', reduce('Prod', number)],
  ['All', reduce('All', logical)],
  ['Any', reduce('Any', logical)],
  ['ArgMax', argReduce('ArgMax')],
  ['ArgMin', argReduce('ArgMin')],
  ['Softmax', softmax('Softmax')],
  ['LogSoftmax', softmax('LogSoftmax')],
]);
