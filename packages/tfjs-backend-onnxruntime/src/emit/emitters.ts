import type { Operation, OperationKind } from '../graph/operations';
import type { PendingValue } from '../graph/value';
import type { Rewrites } from '../passes/rewrites';
import { emitBatchNorm } from './normalization/batch-norm';
import { emitConv2D, emitFusedConvolution } from './convolution/convolutions';
import { emitConv2DInputGradient } from './convolution/input-gradients';
import { emitDepthwiseConv2D, emitDepthwiseFilterGradient, emitDepthwiseInputGradient } from './convolution/depthwise';
import { emitAddN, emitBinary, emitSelect } from './elementwise/binary';
import {
  emitCast,
  emitClip,
  emitClipGradient,
  emitEluGradient,
  emitLeakyRelu,
  emitPRelu,
  emitStep,
  emitUnary,
} from './elementwise/unary';
import type { Emission } from './emission';
import { emitConv2DFilterGradient } from './filter-gradient/filter-gradients';
import { emitGateGradients, emitTanhGradient } from './recurrent/gate-gradients';
import { emitJoinedProduct } from './products/joined-products';
import { emitMatMul } from './products/matrix-products';
import { emitAdamUpdate, emitMovingAverage } from './elementwise/adam';
import { emitAveragePoolGradient, emitMaskedPoolGradient, emitMaxPoolGradient } from './pooling/pool-gradients';
import { emitPool } from './pooling/pools';
import { emitRecurrence } from './recurrent/recurrences';
import { emitArgReduce, emitReduce, emitSoftmax } from './reductions';
import { emitResize, emitResizeGradient } from './layout/resizes';
import { byScaledFilter, scaledAfter } from './normalization/scaled-gradients';
import {
  emitConcat,
  emitGather,
  emitOneHot,
  emitPad,
  emitReverse,
  emitSegmentSum,
  emitSlice,
  emitTile,
  emitTranspose,
} from './layout/shapes';
import { emitSplit } from './layout/splits';
import { emitSummedProducts } from './products/summed-products';

type Emitters = { readonly [K in OperationKind]: (emission: Emission, value: PendingValue<K>) => void };

const emitters: Emitters = {
  Unary: emitUnary,
  Binary: emitBinary,
  Step: emitStep,
  LeakyRelu: emitLeakyRelu,
  PRelu: emitPRelu,
  EluGradient: emitEluGradient,
  Clip: emitClip,
  ClipGradient: emitClipGradient,
  Cast: emitCast,
  AddN: emitAddN,
  Select: emitSelect,
  Reduce: emitReduce,
  ArgReduce: emitArgReduce,
  Softmax: emitSoftmax,
  Transpose: emitTranspose,
  Concat: emitConcat,
  Slice: emitSlice,
  Pad: emitPad,
  Tile: emitTile,
  Gather: emitGather,
  Reverse: emitReverse,
  SegmentSum: emitSegmentSum,
  OneHot: emitOneHot,
  MatMul: emitMatMul,
  Conv2D: emitConv2D,
  Conv2DInputGradient: byScaledFilter(emitConv2DInputGradient),
  Conv2DFilterGradient: scaledAfter(emitConv2DFilterGradient),
  DepthwiseConv2D: emitDepthwiseConv2D,
  DepthwiseInputGradient: byScaledFilter(emitDepthwiseInputGradient),
  DepthwiseFilterGradient: scaledAfter(emitDepthwiseFilterGradient),
  BatchNorm: emitBatchNorm,
  MaxPool: emitPool,
  AveragePool: emitPool,
  MaxPoolGradient: emitMaxPoolGradient,
  AveragePoolGradient: emitAveragePoolGradient,
  Resize: emitResize,
  ResizeGradient: emitResizeGradient,
  MovingAverage: emitMovingAverage,
  AdamUpdate: emitAdamUpdate,
};

/** Emits one pending value, or the rewrite that replaces it. */
export function emitValue(emission: Emission, value: PendingValue): void {
  const { rewrites } = emission;
  if (!rewrites.skipped.has(value) && !emitRewrite(emission, value, rewrites))
    emitByKind(emission, value.node.operation, value);
  if (emission.reduced.has(value)) emitAllReduce(emission, value);
}

/** All-reduces a value. A mean of images that is known as a product was reduced when it was computed. */
function emitAllReduce(emission: Emission, value: PendingValue): void {
  const isTogether = value.node.operation.kind === 'Reduce' && emission.numbers(value) !== undefined;
  if (!isTogether) emission.setFlat(value, emission.builder.allReduce(emission.flat(value)));
}

/** Emits the rewrite of a value; false if there is none. */
function emitRewrite(emission: Emission, value: PendingValue, rewrites: Rewrites): boolean {
  const stand = <R>(rewrite: R | null | undefined, emit: (rewrite: R) => void): boolean => {
    if (rewrite === null || rewrite === undefined) return false;
    emit(rewrite);
    return true;
  };
  return (
    stand(rewrites.fusedConvolutions.get(value), (fused) => emitFusedConvolution(emission, value, fused)) ||
    stand(rewrites.summedProducts.get(value), (summed) => emitSummedProducts(emission, summed)) ||
    stand(rewrites.joinedProducts.get(value), (joined) => emitJoinedProduct(emission, value, joined)) ||
    stand(rewrites.recurrences.get(value), (recurrence) => emitRecurrence(emission, recurrence)) ||
    stand(rewrites.splits.get(value), (parts) => emitSplit(emission, parts)) ||
    stand(rewrites.gateGradients.get(value), (gates) => emitGateGradients(emission, value, gates)) ||
    stand(rewrites.tanhGradients.get(value), (gradient) => emitTanhGradient(emission, value, gradient)) ||
    stand(rewrites.maskedGradients.get(value)?.poolGradient, ({ node }) =>
      emitMaskedPoolGradient(emission, value, node),
    )
  );
}

function emitByKind<K extends OperationKind>(emission: Emission, operation: Operation<K>, value: PendingValue): void {
  emitters[operation.kind](emission, value as PendingValue<K>);
}
