import type { Operation, OperationKind } from '../graph/operations';
import type { PendingValue } from '../graph/value';
import { emitBatchNorm } from './batch-norm';
import { emitConv2D, emitConv2DInputGradient, emitFusedConvolution } from './convolutions';
import { emitDepthwiseConv2D, emitDepthwiseFilterGradient, emitDepthwiseInputGradient } from './depthwise';
import {
  emitAddN,
  emitBinary,
  emitCast,
  emitClip,
  emitClipGradient,
  emitEluGradient,
  emitLeakyRelu,
  emitPRelu,
  emitSelect,
  emitStep,
  emitUnary,
} from './elementwise';
import type { Emission } from './emission';
import { emitConv2DFilterGradient } from './filter-gradients';
import { emitMatMul, emitSummedProducts } from './matrix-products';
import { emitAdamUpdate, emitMovingAverage } from './optimisers';
import { emitAveragePoolGradient, emitMaskedPoolGradient, emitMaxPoolGradient } from './pool-gradients';
import { emitPool } from './pools';
import { emitArgReduce, emitReduce, emitSoftmax } from './reductions';
import { emitResize, emitResizeGradient } from './resizes';
import { byScaledFilter, scaledAfter } from './scaled-gradients';
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
} from './shapes';

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

/** Writes what one pending value needs, or the rewrite that stands in its place. */
export function emitValue(emission: Emission, value: PendingValue): void {
  const { skipped, fusedConvolutions, maskedGradients, summedProducts } = emission.rewrites;
  if (skipped.has(value)) return;
  const fused = fusedConvolutions.get(value);
  const summed = summedProducts.get(value);
  const poolGradient = maskedGradients.get(value)?.poolGradient;
  if (fused !== undefined) emitFusedConvolution(emission, value, fused);
  else if (summed !== undefined) emitSummedProducts(emission, value, summed);
  else if (poolGradient) emitMaskedPoolGradient(emission, value, poolGradient.node);
  else emitByKind(emission, value.node.operation, value);
}

function emitByKind<K extends OperationKind>(emission: Emission, operation: Operation<K>, value: PendingValue): void {
  emitters[operation.kind](emission, value as PendingValue<K>);
}
