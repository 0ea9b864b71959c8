import type { ValueName } from '../../encoding/model-builder';
import type { PendingValue } from '../../graph/value';
import { activate } from '../elementwise/activations';
import type { Emission } from '../emission';

export function emitMatMul(emission: Emission, value: PendingValue<'MatMul'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { transposeA, transposeB, activation } = operation.attributes;
  const names = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  let product: ValueName;
  if (inputShapes[0]!.length === 2 && inputShapes[1]!.length === 2) {
    product = builder.op('Gemm', names, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
  } else {
    const ranks = [inputShapes[0]!.length, inputShapes[1]!.length] as const;
    product = stackedProduct(emission, [names[0]!, names[1]!], ranks, [transposeA, transposeB]);
    if (names.length > 2) product = builder.op('Add', [product, names[2]!]);
  }
  emission.setFlat(value, activate(builder, product, activation));
}

/** Multiplies two stacks of matrices; either may be transposed. */
export function stackedProduct(
  { builder, operators }: Emission,
  stacks: readonly [ValueName, ValueName],
  ranks: readonly [number, number],
  transposed: readonly [boolean, boolean],
): ValueName {
  if (!transposed.includes(true)) return builder.op('MatMul', stacks);
  if (operators.fusedMatMul) {
    return builder.contrib('FusedMatMul', stacks, { transA: transposed[0] ? 1 : 0, transB: transposed[1] ? 1 : 0 });
  }
  const operands = stacks.map((stack, i) => {
    const axes = Array.from({ length: ranks[i]! }, (_, axis) => axis);
    return transposed[i] === true
      ? builder.transpose(stack, [...axes.slice(0, -2), ...axes.slice(-2).reverse()])
      : stack;
  });
  return builder.op('MatMul', operands);
}
