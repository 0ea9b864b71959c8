import type { GraphNode, ModelGraph } from '../../model/model-graph';
import type { TensorRef } from '../../model/edges';

/** A residual block: layers beside which a shortcut leads, and the sum of both. */
export interface Block {
  /** All of its layers; without them, what follows reads what enters the block. */
  readonly nodes: readonly GraphNode[];
  /** Index of the call of its sum. */
  readonly sum: number;
  /** Shape of what enters and leaves it: blocks of one shape are a stage. */
  readonly stage: string;
}

/**
 * Finds the residual blocks whose shortcut passes its input on as it is, so that the block may be left out. Of blocks within
 * blocks, only the inner ones.
 */
export function residualBlocks(graph: ModelGraph): Block[] {
  const { calls, nodes, results } = graph;
  const readers = calls.map((): number[] => []);
  for (const [i, { inputs }] of calls.entries()) for (const { call } of inputs) readers[call]!.push(i);
  const ends = new Set(results.map(({ call }) => call));
  const found = calls.flatMap(({ node, inputs, shape }, sum): (Block & { readonly inner: ReadonlySet<number> })[] => {
    const { op, calls: own } = nodes[node]!;
    const [first, second] = inputs;
    // Outputs keep their names.
    if (op.kind !== 'merge' || op.how !== 'add' || own.length !== 1 || inputs.length !== 2 || ends.has(sum)) return [];
    const pairs: readonly (readonly [TensorRef, TensorRef])[] = [
      [first!, second!],
      [second!, first!],
    ];
    for (const [skip, end] of pairs) {
      const before = calls[skip.call]!.shape;
      if (!shape || before?.join() !== shape.join() || skip.output !== 0) continue;
      const inner = between(graph, skip.call, end.call);
      if (!inner) continue;
      const isClosed = [...inner].every(
        (one) => !ends.has(one) && readers[one]!.every((reader) => reader === sum || inner.has(reader)),
      );
      if (isClosed)
        return [{ sum, stage: shape.join(), inner, nodes: [...inner, sum].map((one) => nodes[calls[one]!.node]!) }];
    }
    return [];
  });
  return found.filter(({ inner }) => !found.some((other) => inner.has(other.sum)));
}

/** Finds the calls on the way from one call to another; undefined where the way begins elsewhere, or layers are shared. */
function between({ calls, nodes }: ModelGraph, from: number, to: number): Set<number> | undefined {
  const seen = new Set<number>();
  const open = [to];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === from || seen.has(one)) continue;
    const { node, inputs } = calls[one]!;
    // Calls come after those that feed them.
    if (one < from || inputs.length === 0 || nodes[node]!.calls.length !== 1) return undefined;
    seen.add(one);
    open.push(...inputs.map(({ call }) => call));
  }
  return seen.size > 0 ? seen : undefined;
}
