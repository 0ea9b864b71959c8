import type { ValueName } from '../../encoding/model-builder';
import type { Emission } from '../emission';
import { concatColumns } from './joined-products';
import type { SummedProducts } from '../../passes/rewrites';

/** Products with fewer rows are joined before they are added. */
const LEAST_ROWS = 96;
/** A larger result is computed at once: adding to it several times would take as long as the products. */
const MOST_ADDED_TO = 2 ** 16;

/** Emits sums of products as one product. */
export function emitSummedProducts(emission: Emission, summed: SummedProducts): void {
  const { builder } = emission;
  const { results, terms, withSum } = summed;
  const products = terms.map(({ lefts, right }) => ({
    left: lefts.length > 0 ? concatColumns(emission, lefts, withSum ? 1 : 0) : null,
    right: emission.flat(right.value, right.shape),
  }));
  const below = (names: readonly ValueName[]): ValueName =>
    names.length === 1
      ? names[0]!
      : builder.once(`below ${names.join()}`, () => builder.op('Concat', names, { axis: 0 }));
  const rows = results.map((result) => result.rows);
  const columns = terms[0]!.right.shape[1];
  let sum: ValueName | undefined;
  for (const [start, end] of partsOf(summed, rows.reduce((all, count) => all + count, 0) * columns)) {
    const part = products.slice(start, end);
    const right = below(part.map((product) => product.right));
    const lefts = part.flatMap(({ left }) => left ?? []);
    if (lefts.length === 0) {
      const count = terms.slice(start, end).reduce((all, term) => all + term.right.shape[0], 0);
      sum = builder.op('MatMul', [builder.onesRow(count), right]);
    } else {
      sum = builder.op('Gemm', [below(lefts), right, ...(sum === undefined ? [] : [sum])], { transA: 1 });
    }
  }
  const parts = rows.length === 1 ? [sum!] : builder.splitAt(sum!, 0, rows);
  results.forEach(({ value }, i) => emission.setFlat(value, builder.reshape(parts[i]!, value.shape)));
}

/** Groups the terms that one product computes, as ranges. */
function partsOf({ terms, results, withSum }: SummedProducts, resultSize: number): [start: number, end: number][] {
  const isOnlySum = withSum && results.length === 1;
  const stepwise = !isOnlySum && resultSize <= MOST_ADDED_TO;
  const parts: [number, number][] = [];
  let start = 0;
  let rows = 0;
  terms.forEach(({ right }, i) => {
    rows += right.shape[0];
    if (i < terms.length - 1 && (!stepwise || rows < LEAST_ROWS)) return;
    parts.push([start, i + 1]);
    start = i + 1;
    rows = 0;
  });
  return parts;
}
