import type { NewOp, NewTensor } from '../../model/edit/new-layer';
import type { GraphNode } from '../../model/model-graph';
import type { Convolution } from '../../model/op/attributes';
import { weightsOf, type Weights } from '../reshape/kernels';
import { pathKey } from '../reshape/layered';
import type { Links } from '../reshape/links';
import type { Move, Moves } from './move';
import { isUnpadded } from './normalization';

/** Finds linear layers one after the other whose product is cheaper than both. */
export function linearMoves(links: Links, open: (node: GraphNode) => boolean): Moves {
  const moves: Move[] = [];
  const reasons = new Map<string, string>();
  const busy = new Set<GraphNode>();
  for (const gone of links.graph.nodes) {
    if ((gone.op.kind !== 'dense' && gone.op.kind !== 'conv') || !open(gone)) continue;
    const move = moveOf(gone, links, open);
    if (typeof move === 'string') reasons.set(pathKey(gone), move);
    else if (![gone, ...move.into].some((one) => busy.has(one))) {
      moves.push(move);
      for (const one of [gone, ...move.into]) busy.add(one);
    }
  }
  return { moves, reasons };
}

function moveOf(gone: GraphNode, links: Links, open: (node: GraphNode) => boolean): Move | string {
  const { op } = gone;
  if (!('activation' in op) || op.activation !== 'linear') return 'its activation is not linear';
  const next = links.soleReader(gone);
  if (!next) return 'no single layer reads its output';
  const sameModel = pathKey({ path: gone.path.slice(0, -1) }) === pathKey({ path: next.path.slice(0, -1) });
  if (next.op.kind !== op.kind || !sameModel) return `"${next.name}" behind it cannot be multiplied with it`;
  if (!open(next)) return `"${next.name}" behind it is protected`;
  const [first, second] = [weightsOf(gone), weightsOf(next)];
  if (typeof first === 'string') return `it ${first}`;
  if (typeof second === 'string') return `"${next.name}" behind it ${second}`;
  const product = op.kind === 'dense' ? dense(first, second, next) : convolution(gone, first, next, second);
  if (typeof product === 'string') return product;
  if (!saves(gone, next, product)) return `its product with "${next.name}" would not be smaller`;
  const tensors: NewTensor[] = [
    { role: 'kernel', shape: product.shape, data: Float32Array.from(product.kernel) },
    ...(product.bias ? [{ role: 'bias' as const, shape: [product.bias.length], data: Float32Array.from(product.bias) }] : []), // prettier-ignore
  ];
  const by = [{ name: next.path.at(-1)!, op: product.op, tensors }];
  return {
    ...{ gone, state: 'merged', into: [next], tensors: [] },
    edits: [
      { edit: 'replace', node: gone, by: [] },
      { edit: 'replace', node: next, by },
    ],
  };
}

/** The product of two layers. */
interface Product {
  readonly op: NewOp;
  readonly shape: readonly number[];
  readonly kernel: Float64Array;
  readonly bias: Float64Array | undefined;
  /** Channels between the two, which are gone, and the layer whose MACs the product scales, by the factor. */
  readonly macs: { readonly of: GraphNode; readonly factor: number };
}

function dense(first: Weights, second: Weights, next: GraphNode): Product | string {
  const { op } = next;
  const [a, b] = [first.kernel.tensor, second.kernel.tensor];
  const [inputs, middle, outputs] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  if (op.kind !== 'dense' || b.shape[0] !== middle) return `it does not fit "${next.name}"`;
  return {
    ...{ op, shape: [inputs, outputs], kernel: multiplied(a.data, b.data, [inputs, middle, outputs]) },
    bias: biasThrough(first, second, middle, outputs),
    macs: { of: next, factor: inputs / middle },
  };
}

/** Multiplies a convolution of single positions with one after it, or any convolution with one of single positions after it. */
function convolution(gone: GraphNode, first: Weights, next: GraphNode, second: Weights): Product | string {
  const [one, two] = [gone.op, next.op];
  if (one.kind !== 'conv' || two.kind !== 'conv' || one.groups > 1 || two.groups > 1 || one.rank !== two.rank)
    return `its groups cannot be multiplied with "${next.name}"`;
  const [a, b] = [first.kernel.tensor, second.kernel.tensor];
  const [inputs, middle, outputs] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  if (b.shape.at(-2) !== middle) return `it does not fit "${next.name}"`;
  if (isSingle(two)) {
    const places = a.data.length / middle;
    return {
      op: { ...one, filters: outputs, activation: two.activation },
      shape: [...a.shape.slice(0, -1), outputs],
      kernel: multiplied(a.data, b.data, [places, middle, outputs]),
      bias: biasThrough(first, second, middle, outputs),
      macs: { of: gone, factor: outputs / middle },
    };
  }
  if (!isSingle(one)) return `neither it nor "${next.name}" is a convolution of single positions`;
  if (first.bias && !isUnpadded(two.window)) return `"${next.name}" behind it pads its input with zeros`;
  const window = b.data.length / (middle * outputs);
  const kernel = new Float64Array(window * inputs * outputs);
  for (let place = 0; place < window; place++) {
    const part = b.data.subarray(place * middle * outputs, (place + 1) * middle * outputs);
    kernel.set(multiplied(a.data, part, [inputs, middle, outputs]), place * inputs * outputs);
  }
  return {
    op: two,
    shape: [...b.shape.slice(0, -2), inputs, outputs],
    kernel,
    bias: biasThrough(first, second, middle, outputs),
    macs: { of: next, factor: inputs / middle },
  };
}

const isSingle = ({ window: { size, strides } }: Convolution): boolean =>
  [size, strides].every((sizes) => sizes?.every((one) => one === 1) ?? false);

/** Multiplies matrices of so many rows, sums and columns. */
function multiplied(
  a: Float32Array,
  b: Float32Array,
  [rows, sums, columns]: readonly [number, number, number],
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < sums; k++) {
      const left = a[i * sums + k]!;
      if (left === 0) continue;
      for (let j = 0; j < columns; j++) product[i * columns + j]! += left * b[k * columns + j]!;
    }
  return product;
}

/** The bias of the product: that of the second layer, and that of the first one seen through its kernel. */
function biasThrough(first: Weights, second: Weights, middle: number, outputs: number): Float64Array | undefined {
  const [before, own] = [first.bias?.tensor.data, second.bias?.tensor.data];
  if (!before && !own) return undefined;
  const sums = Float64Array.from({ length: outputs }, (_, i) => own?.[i] ?? 0);
  if (before)
    second.kernel.tensor.data.forEach((weight, place) => {
      sums[place % outputs]! += weight * before[Math.floor(place / outputs) % middle]!;
    });
  return sums;
}

/** Tells whether a product has fewer parameters or MACs than both layers, and no more of the other. */
function saves(gone: GraphNode, next: GraphNode, { kernel, bias, macs }: Product): boolean {
  const [params, was] = [kernel.length + (bias?.length ?? 0), gone.params + next.params];
  const known = macs.of.macs !== null && gone.macs !== null && next.macs !== null;
  if (!known) return params < was;
  const [now, before] = [macs.of.macs * macs.factor, gone.macs + next.macs];
  return params <= was && now <= before && (params < was || now < before);
}
