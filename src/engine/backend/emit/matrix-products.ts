import type { PendingValue } from '../graph/value';
import { activate } from './elementwise';
import type { Emission } from './emission';

export function emitMatMul(emission: Emission, value: PendingValue<'MatMul'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { transposeA, transposeB, activation } = operation.attributes;
  const names = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  let product: string;
  if (inputShapes[0]!.length === 2 && inputShapes[1]!.length === 2) {
    product = builder.op('Gemm', names, attributes);
  } else {
    product = builder.contrib('FusedMatMul', names.slice(0, 2), attributes);
    if (names.length > 2) product = builder.op('Add', [product, names[2]!]);
  }
  emission.setFlat(value, activate(builder, product, activation));
}
