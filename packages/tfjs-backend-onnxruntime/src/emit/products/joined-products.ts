import type { ValueName } from '../../encoding/model-builder';
import type { PendingValue } from '../../graph/value';
import type { Emission } from '../emission';
import type { Columns, JoinedProduct, Operand } from '../../passes/rewrites';

/** Emits a sum of products and biases as one product, with its activation. */
export function emitJoinedProduct(emission: Emission, value: PendingValue, product: JoinedProduct): void {
  const { builder } = emission;
  const { lefts, rights, biases, activation } = product;
  const left = concatColumns(emission, lefts, biases.length);
  const right = stackRows(emission, [...rights, ...biases]);
  // ONNX Runtime fuses the product and the activation.
  const sum = builder.op('Gemm', [left, right]);
  emission.setFlat(value, activation === null ? sum : builder.op(activation, [sum]));
}

/** Concatenates the columns of matrices, and adds columns of ones on the right. */
export function concatColumns(emission: Emission, operands: readonly Operand[], ones: number): ValueName {
  const { builder } = emission;
  const names = operands.map(({ value, shape }) => emission.flat(value, shape));
  if (ones > 0) names.push(builder.ones(operands[0]!.shape[0], ones));
  return names.length === 1
    ? names[0]!
    : builder.once(`beside ${names.join()}`, () => builder.op('Concat', names, { axis: 1 }));
}

/** Stacks the columns of several matrices. */
function stackRows(emission: Emission, parts: readonly Columns[]): ValueName {
  const { builder } = emission;
  const { from, shape } = parts[0]!;
  const stacked = (names: readonly ValueName[]): ValueName =>
    builder.once(`below ${names.join()}`, () => builder.op('Concat', names, { axis: 0 }));
  const wholes = parts.map((part) => emission.flat(part.value, part.shape));
  // Gates at the same position in all matrices are sliced from the stack at once.
  return parts.every((part) => part.from === from && part.shape[1] === shape[1])
    ? columnsOf(emission, stacked(wholes), parts[0]!)
    : stacked(parts.map((part, i) => columnsOf(emission, wholes[i]!, part)));
}

function columnsOf({ builder }: Emission, matrix: ValueName, { from, count, shape }: Columns): ValueName {
  if (count === shape[1]) return matrix;
  const range = [from, from + count, 1].map((number) => builder.ints(number));
  return builder.once(`columns ${matrix} ${from} ${count}`, () => builder.op('Slice', [matrix, ...range]));
}
