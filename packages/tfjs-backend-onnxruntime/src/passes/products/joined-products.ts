import { sameShape, sizeOf } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPending, isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import type { Columns, JoinedProduct, Operand, Rewrites } from '../rewrites';

/** Minimum number of sums with the same matrices, to make stacking these pay. */
const LEAST_SUMS = 4;
/** Larger matrices are not copied into a stack. */
const MOST_ELEMENTS = 2 ** 22;

interface Candidate {
  readonly sum: DerivedSum;
  readonly root: PendingValue;
}

/** A sum of products and the values that it replaces. */
export interface DerivedSum {
  readonly lefts: Operand[];
  readonly rights: Columns[];
  readonly biases: Columns[];
  /** Intermediate values of the sum, which are no longer needed. */
  readonly inner: PendingValue[];
  /** Slices of weights before the product, which are needed only if another value reads them. */
  readonly weightSlices: PendingValue[];
}

/**
 * Finds the gates of recurrent layers. Each gate has its own columns of `x W + h U + b` and becomes one product with
 * its activation, so no sum must be added and sliced.
 */
export function joinProducts(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  const candidates = worthwhile(removable(candidatesOf(plan, rewrites), consumers));
  for (const { root, sum } of candidates) {
    for (const value of sum.inner) rewrites.skipped.add(value);
    const reader = consumers.soleReader(root);
    const activation = reader === undefined ? null : activationOf(reader, root);
    if (activation !== null) rewrites.skipped.add(root);
    const { lefts, rights, biases } = sum;
    rewrites.joinedProducts.set(activation === null ? root : reader!, { lefts, rights, biases, activation });
  }
  for (const { sum, root } of candidates) {
    const covered = new Set<Value>([root, ...sum.inner]);
    for (const slice of sum.weightSlices) {
      const isNeeded = consumers.of(slice).some((reader) => !rewrites.skipped.has(reader) && !covered.has(reader));
      if (!isNeeded && !consumers.isOutput(slice)) rewrites.skipped.add(slice);
    }
  }
}

function activationOf(reader: PendingValue, root: PendingValue): JoinedProduct['activation'] {
  if (!isPendingOf(reader, 'Unary') || !sameShape(reader.shape, root.shape)) return null;
  const { fn } = reader.node.operation.attributes;
  return fn === 'Sigmoid' || fn === 'Tanh' ? fn : null;
}

/** Reads a value as a sum of products of at least two pairs of matrices; undefined if it is none. */
export function sumOfProducts(value: Value): DerivedSum | undefined {
  if (!isPending(value) || value.shape.length !== 2 || value.dtype !== 'float32') return undefined;
  const sum: DerivedSum = { lefts: [], rights: [], biases: [], inner: [], weightSlices: [] };
  return collect(value, { from: 0, count: value.shape[1]! }, sum, true) && sum.lefts.length > 1 ? sum : undefined;
}

function candidatesOf({ order }: Plan, rewrites: Rewrites): Candidate[] {
  const candidates: Candidate[] = [];
  const inner = new Set<Value>();
  for (const root of order.toReversed()) {
    if (inner.has(root) || rewrites.skipped.has(root) || !(isSum(root) || isPendingOf(root, 'Slice'))) continue;
    const sum = sumOfProducts(root);
    if (sum === undefined) continue;
    candidates.push({ root, sum });
    for (const value of sum.inner) inner.add(value);
  }
  return candidates;
}

/** Keeps the sums whose inner values only such sums read. */
function removable(candidates: readonly Candidate[], consumers: Consumers): readonly Candidate[] {
  const covered = new Set<Value>(candidates.flatMap(({ root, sum }) => [root, ...sum.inner]));
  const remaining = candidates.filter(({ sum }) =>
    sum.inner.every(
      (value) => !consumers.isOutput(value) && consumers.of(value).every((reader) => covered.has(reader)),
    ),
  );
  return remaining.length === candidates.length ? remaining : removable(remaining, consumers);
}

/** Keeps the sums that share their matrices with enough others. */
function worthwhile(candidates: readonly Candidate[]): readonly Candidate[] {
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  const keyOf = ({ sum }: Candidate): string =>
    [...sum.rights, ...sum.biases].map(({ value, from, count }) => [numberOf(value), from, count].join()).join(';');
  const keys = candidates.map(keyOf);
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return candidates.filter((_, i) => counts.get(keys[i]!)! >= LEAST_SUMS);
}

/** Adds the given columns of `value` to `sum`; false if they are not of this form. */
function collect(value: Value, columns: { from: number; count: number }, sum: DerivedSum, isRoot: boolean): boolean {
  if (!isPending(value)) return false;
  const { inputs, inputShapes } = value.node;
  if (!isRoot) sum.inner.push(value);
  if (isPendingOf(value, 'MatMul')) return collectProduct(value, columns, sum);
  if (isPendingOf(value, 'Slice')) {
    const { begin } = value.node.operation.attributes;
    const keepsRows = begin[0] === 0 && isSeenAsItIs(value, 0) && inputShapes[0]![0] === value.shape[0];
    return keepsRows && collect(inputs[0]!, { from: columns.from + begin[1]!, count: columns.count }, sum, false);
  }
  if (!isSum(value)) return false;
  const width = value.shape[1]!;
  return inputs.every((term, index) => {
    const shape = inputShapes[index]!;
    if (sameShape(shape, value.shape)) return isSeenAsItIs(value, index) && collect(term, columns, sum, false);
    if (sizeOf(shape) !== width || shape.at(-1) !== width || term.dtype !== 'float32') return false;
    sum.biases.push({ value: term, shape: [1, width], ...columns });
    return true;
  });
}

function collectProduct(
  { node }: PendingValue<'MatMul'>,
  { from, count }: { from: number; count: number },
  sum: DerivedSum,
): boolean {
  const { transposeA, transposeB, activation } = node.operation.attributes;
  const [rows, depth] = node.inputShapes[0]!;
  const width = node.inputShapes[1]![1]!;
  const isPlain = !transposeA && !transposeB && activation.name === 'linear';
  if (!isPlain || node.inputShapes.some((shape, i) => shape.length !== (i < 2 ? 2 : 1))) return false;
  if (node.inputs.some(({ dtype }) => dtype !== 'float32')) return false;
  if (rows! * depth! > MOST_ELEMENTS || depth! * width > MOST_ELEMENTS) return false;
  sum.lefts.push({ value: node.inputs[0]!, shape: [rows!, depth!] });
  sum.rights.push(withoutSlices({ value: node.inputs[1]!, shape: [depth!, width], from, count }, sum.weightSlices));
  const bias = node.inputs[2];
  if (bias !== undefined) sum.biases.push({ value: bias, shape: [1, width], from, count });
  return true;
}

/** Expresses columns of a slice of a matrix as columns of the matrix. */
function withoutSlices(columns: Columns, weightSlices: PendingValue[]): Columns {
  const { value } = columns;
  if (!isPendingOf(value, 'Slice') || !sameShape(value.shape, columns.shape)) return columns;
  const shape = value.node.inputShapes[0]!;
  const { begin } = value.node.operation.attributes;
  if (shape.length !== 2 || begin[0] !== 0 || shape[0] !== columns.shape[0]) return columns;
  weightSlices.push(value);
  const whole = { value: value.node.inputs[0]!, shape: [shape[0], shape[1]!] as const };
  return withoutSlices({ ...whole, from: columns.from + begin[1]!, count: columns.count }, weightSlices);
}

function isSeenAsItIs({ node }: PendingValue, input: number): boolean {
  const { shape } = node.inputs[input]!;
  return shape.length === 2 && sameShape(shape, node.inputShapes[input]!);
}

function isSum(value: Value): value is PendingValue<'Binary'> {
  return isPendingOf(value, 'Binary') && value.node.operation.attributes.fn === 'Add';
}
