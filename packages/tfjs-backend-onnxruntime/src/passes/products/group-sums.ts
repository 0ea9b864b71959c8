import { isPending, type PendingValue, type Value } from '../../graph/value';
import type { Rewrites, SumOfTerms, SummedProducts } from '../rewrites';

interface KeyedSum {
  readonly value: PendingValue;
  readonly sum: SumOfTerms;
}

/** Groups sums with the same right operands, such as the gradients of the weights and of the bias of a layer. */
export function groupSums(sums: ReadonlyMap<PendingValue, SumOfTerms>, rewrites: Rewrites): SummedProducts[] {
  const byRight = new Map<string, KeyedSum[]>();
  for (const [value, unordered] of sums) {
    const sum = inOrder(unordered);
    const key = sum.right.map((operand) => `${rankOf(operand.value)}:${operand.shape.join()}`).join(';');
    byRight.set(key, [...(byRight.get(key) ?? []), { value, sum }]);
  }
  return [...byRight.values()].flatMap((group) => {
    const together = group.filter((one) => one === group[0] || isKnownBefore(one, group[0]!.value));
    const apart = group.filter((one) => !together.includes(one));
    return [together, ...apart.map((one) => [one])].map((joint) => joined(joint, rewrites));
  });
}

function joined(sums: readonly KeyedSum[], rewrites: Rewrites): SummedProducts {
  const products = sums.filter(({ sum }) => sum.left !== null);
  const ordered = asInForwardPass(products, rewrites);
  const rowSums = sums.filter(({ sum }) => sum.left === null);
  const { right } = sums[0]!.sum;
  return {
    first: sums[0]!.value,
    results: [
      ...ordered.map(({ value, sum }) => ({ value, rows: sum.left![0]!.shape[1] })),
      ...rowSums.map(({ value }) => ({ value, rows: 1 })),
    ],
    terms: right.map((operand, i) => ({ lefts: ordered.map(({ sum }) => sum.left![i]!), right: operand })),
    withSum: rowSums.length > 0,
  };
}

/** Orders the products like the left operands of a joined product, so that its matrix is used again. */
function asInForwardPass(products: readonly KeyedSum[], { joinedProducts }: Rewrites): readonly KeyedSum[] {
  const firstLeft = ({ sum }: KeyedSum): Value => sum.left![0]!.value;
  for (const { lefts } of joinedProducts.values()) {
    const order = products.map((one) => lefts.findIndex(({ value }) => value === firstLeft(one)));
    if (lefts.length !== products.length || order.includes(-1)) continue;
    return products.toSorted((a, b) => order[products.indexOf(a)]! - order[products.indexOf(b)]!);
  }
  return products;
}

/** Orders the terms by the computation of their right operands. */
function inOrder({ left, right }: SumOfTerms): SumOfTerms {
  const order = [...right.keys()].sort((a, b) => rankOf(right[a]!.value) - rankOf(right[b]!.value));
  return { left: left && order.map((i) => left[i]!), right: order.map((i) => right[i]!) };
}

/** Ranks leaves before all other values. */
function rankOf(value: Value): number {
  return isPending(value) ? value.index : -1 - value.index;
}

function isKnownBefore({ sum }: KeyedSum, first: PendingValue): boolean {
  return sum.left === null || sum.left.every(({ value }) => rankOf(value) < first.index);
}
