import { sameShape, sizeOf } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import { groupSums } from './group-sums';
import type { Operand, Rewrites, SumOfTerms } from '../rewrites';

/** Fewer terms are not worth joining. */
const LEAST_TERMS = 4;
/** Operands with more elements are not copied. */
const MOST_ELEMENTS = 2 ** 22;

/**
 * Finds sums of products such as the gradients of weights that a recurrent layer uses in each step. One product over
 * all steps is faster than many small ones and their sums.
 */
export function sumProducts(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  const sums = new Map<PendingValue, SumOfTerms>();
  for (const value of plan.order) {
    const reader = consumers.soleReader(value);
    if (!isSum(value) || (reader !== undefined && isSum(reader) && sameShape(reader.shape, value.shape))) continue;
    const inner: PendingValue[] = [];
    const terms = termsOf(value, consumers, inner);
    if (terms === undefined || terms.length < LEAST_TERMS) continue;
    const summed = together(terms);
    if (summed === undefined) continue;
    for (const skipped of [...inner, ...terms]) rewrites.skipped.add(skipped);
    sums.set(value, summed);
  }
  for (const group of groupSums(sums, rewrites)) {
    for (const { value } of group.results) if (value !== group.first) rewrites.skipped.add(value);
    rewrites.summedProducts.set(group.first, group);
  }
}

function isSum(value: Value): value is PendingValue<'Binary'> {
  return isPendingOf(value, 'Binary') && value.node.operation.attributes.fn === 'Add';
}

/** Returns the terms of a tree of sums that nobody else reads. The sums below the root are added to `inner`. */
function termsOf(root: PendingValue, consumers: Consumers, inner: PendingValue[]): PendingValue[] | undefined {
  const terms: PendingValue[] = [];
  const waiting: Value[] = [...root.node.inputs].reverse();
  if (!root.node.inputShapes.every((shape) => sizeOf(shape) === sizeOf(root.shape))) return undefined;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (consumers.soleReader(value) === undefined) return undefined;
    if (isSum(value) && value.node.inputShapes.every((shape) => sizeOf(shape) === sizeOf(root.shape))) {
      inner.push(value);
      waiting.push(...[...value.node.inputs].reverse());
    } else if (isPendingOf(value, 'MatMul') || isPendingOf(value, 'Reduce')) {
      terms.push(value);
    } else {
      return undefined;
    }
  }
  return terms;
}

/** Joins the terms if all are products of the same form or all are sums of rows. */
function together(terms: readonly PendingValue[]): SumOfTerms | undefined {
  const right: Operand[] = [];
  const left: Operand[] = [];
  for (const term of terms) {
    const operands = operandsOf(term);
    if (operands === undefined) return undefined;
    right.push(operands.right);
    if (operands.left) left.push(operands.left);
  }
  if (left.length > 0 && left.length < terms.length) return undefined;
  for (const operands of [left, right]) {
    if (operands.some(({ shape }) => shape[1] !== operands[0]!.shape[1])) return undefined;
    if (operands.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > MOST_ELEMENTS) return undefined;
  }
  return { left: left.length > 0 ? left : null, right };
}

function operandsOf(term: PendingValue): { left?: Operand; right: Operand } | undefined {
  const { inputs, inputShapes } = term.node;
  if (inputs.some(({ dtype }) => dtype !== 'float32') || inputShapes.some((shape) => shape.length !== 2))
    return undefined;
  const operands = inputs.map((value, i): Operand => ({ value, shape: inputShapes[i] as Operand['shape'] }));
  if (isPendingOf(term, 'Reduce')) {
    const { fn, axes } = term.node.operation.attributes;
    return fn === 'Sum' && sameShape(axes, [0]) ? { right: operands[0]! } : undefined;
  }
  if (!isPendingOf(term, 'MatMul') || operands.length !== 2) return undefined;
  const { transposeA, transposeB, activation } = term.node.operation.attributes;
  if (!transposeA || transposeB || activation.name !== 'linear') return undefined;
  return { left: operands[0]!, right: operands[1]! };
}
