import { isPending, type PendingValue, type Value } from '../../graph/value';
import type { Rewrites, SumOfTerms, SummedProducts } from '../rewrites';

interface Member {
  readonly value: PendingValue;
  readonly sum: SumOfTerms;
}

/** Puts sums with the same right sides together, as the gradients of a layer's weights and of its bias. */
export function groupSums(sums: ReadonlyMap<PendingValue, SumOfTerms>, rewrites: Rewrites): SummedProducts[] {
  const byRight = new Map<string, Member[]>();
  for (const [value, unordered] of sums) {
    const sum = inOrder(unordered);
    const key = sum.right.map((operand) => `${rankOf(operand.value)}:${operand.shape.join()}`).join(';');
    byRight.set(key, [...(byRight.get(key) ?? []), { value, sum }]);
  }
  return [...byRight.values()].flatMap((members) => {
    const together = members.filter((member) => member === members[0] || isKnownBefore(member, members[0]!.value));
    const apart = members.filter((member) => !together.includes(member));
    return [together, ...apart.map((member) => [member])].map((group) => joined(group, rewrites));
  });
}

function joined(members: readonly Member[], rewrites: Rewrites): SummedProducts {
  const products = members.filter(({ sum }) => sum.left !== null);
  const ordered = asInForwardPass(products, rewrites);
  const sums = members.filter(({ sum }) => sum.left === null);
  const { right } = members[0]!.sum;
  return {
    first: members[0]!.value,
    results: [
      ...ordered.map(({ value, sum }) => ({ value, rows: sum.left![0]!.shape[1] })),
      ...sums.map(({ value }) => ({ value, rows: 1 })),
    ],
    terms: right.map((operand, i) => ({ lefts: ordered.map(({ sum }) => sum.left![i]!), right: operand })),
    withSum: sums.length > 0,
  };
}

/** In the order in which a joined product has its left sides, whose matrix is then used again. */
function asInForwardPass(products: readonly Member[], { joinedProducts }: Rewrites): readonly Member[] {
  const firstLeft = ({ sum }: Member): Value => sum.left![0]!.value;
  for (const { lefts } of joinedProducts.values()) {
    const places = products.map((member) => lefts.findIndex(({ value }) => value === firstLeft(member)));
    if (lefts.length !== products.length || places.includes(-1)) continue;
    return products.toSorted((a, b) => places[products.indexOf(a)]! - places[products.indexOf(b)]!);
  }
  return products;
}

/** The terms in the order in which their right sides are computed. */
function inOrder({ left, right }: SumOfTerms): SumOfTerms {
  const order = [...right.keys()].sort((a, b) => rankOf(right[a]!.value) - rankOf(right[b]!.value));
  return { left: left && order.map((i) => left[i]!), right: order.map((i) => right[i]!) };
}

/** Leaves before all others. */
function rankOf(value: Value): number {
  return isPending(value) ? value.index : -1 - value.index;
}

function isKnownBefore({ sum }: Member, first: PendingValue): boolean {
  return sum.left === null || sum.left.every(({ value }) => rankOf(value) < first.index);
}
