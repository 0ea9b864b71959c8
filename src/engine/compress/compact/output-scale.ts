import type { GraphNode, ModelGraph } from '../../model/model-graph';

/**
 * Returns by how much the batch normalization that alone reads a layer multiplies each of its outputs, so that errors count
 * as later layers see them; undefined where there is none.
 */
export function outputScale(
  { nodes, calls, results }: ModelGraph,
  { calls: own }: GraphNode,
): Float32Array | undefined {
  const made = new Set(own);
  if (results.some(({ call }) => made.has(call))) return undefined;
  const readers = new Set(
    calls.filter(({ inputs }) => inputs.some(({ call }) => made.has(call))).map(({ node }) => node),
  );
  const [reader, ...others] = [...readers].map((node) => nodes[node]!);
  if (others.length > 0 || reader?.op.kind !== 'batch-normalization') return undefined;
  const of = (role: 'variance' | 'scale'): ArrayLike<number> | undefined =>
    reader.tensors.find((tensor) => tensor.role === role)?.tensor.data;
  const { epsilon } = reader.op;
  const [variance, scale] = [of('variance'), of('scale')];
  if (!variance) return undefined;
  const scales = Float32Array.from(variance, (value, i) => Math.abs(scale?.[i] ?? 1) / Math.sqrt(value + epsilon));
  // A channel that counts for nothing keeps a little weight, since errors are divided by it.
  const least = scales.reduce((most, one) => Math.max(most, one), 0) * 1e-3;
  return least > 0 && Number.isFinite(least) ? scales.map((one) => Math.max(one, least)) : undefined;
}
