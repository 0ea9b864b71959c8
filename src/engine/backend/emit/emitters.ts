import type { Operation, OperationKind } from '../graph/operations';
import type { PendingValue } from '../graph/value';
import { emitConv2D, emitConv2DInputGradient, emitDepthwiseConv2D, emitFusedConvolution } from './convolutions';
import {
  emitAddN,
  emitBinary,
  emitCast,
  emitClip,
  emitLeakyRelu,
  emitSelect,
  emitStep,
  emitUnary,
} from './elementwise';
import type { Emission } from './emission';
import { emitConv2DFilterGradient } from './filter-gradients';
import { emitMatMul } from './matrix-products';
import { emitAveragePoolGradient, emitMaskedPoolGradient, emitMaxPoolGradient, emitPool } from './pools';
import { emitArgReduce, emitReduce, emitSoftmax } from './reductions';
import { emitConcat, emitGather, emitOneHot, emitPad, emitSlice, emitTile, emitTranspose } from './shapes';

type Emitters = { readonly [K in OperationKind]: (emission: Emission, value: PendingValue<K>) => void };

const emitters: Emitters = {
  Unary: emitUnary,
  Binary: emitBinary,
  Step: emitStep,
  LeakyRelu: emitLeakyRelu,
  Clip: emitClip,
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
  OneHot: emitOneHot,
  MatMul: emitMatMul,
  Conv2D: emitConv2D,
  Conv2DInputGradient: emitConv2DInputGradient,
  Conv2DFilterGradient: emitConv2DFilterGradient,
  DepthwiseConv2D: emitDepthwiseConv2D,
  MaxPool: emitPool,
  AveragePool: emitPool,
  MaxPoolGradient: emitMaxPoolGradient,
  AveragePoolGradient: emitAveragePoolGradient,
};

/** Writes what one pending value needs, or the rewrite that stands in its place. */
export function emitValue(emission: Emission, value: PendingValue): void {
  const { skipped, fusedConvolutions, maskedGradients } = emission.rewrites;
  if (skipped.has(value)) return;
  const fused = fusedConvolutions.get(value);
  const poolGradient = maskedGradients.get(value)?.poolGradient;
  if (fused !== undefined) emitFusedConvolution(emission, value, fused);
  else if (poolGradient) emitMaskedPoolGradient(emission, value, poolGradient.node);
  else emitByKind(emission, value.node.operation, value);
}

function emitByKind<K extends OperationKind>(emission: Emission, operation: Operation<K>, value: PendingValue): void {
  emitters[operation.kind](emission, value as PendingValue<K>);
}
