import type { ModelContent } from '../../../checkpoint/types';
import { inferCalls } from '../../shapes/index';
import { product } from '../../shapes/infer';
import { readTopology } from '../description/topology';
import type { Op } from '../../op/op';
import type { Shape } from '../../shape';
import { inputShapes } from './index';
import { expectedWeights } from './weights';

/** Limit of the memory for one example and the weights while a model runs: 4 GiB. */
export const MAX_EXAMPLE_BYTES = 2 ** 32;
/** Models with few weights have a lower limit, so that a file of a few bytes does not take gigabytes. */
const FEW_WEIGHTS_BYTES = 2 ** 22;
const MAX_BYTES_OF_FEW = 2 ** 29;
const BYTES_A_NUMBER = 4;

/**
 * Explains in one sentence why a model is too large to run; undefined where one example and the weights take no more
 * than 4 GiB, or half a GiB where the weights take less than 4 MiB.
 * Counts the outputs that are still needed, at the layer where they take the most memory.
 */
export function whyTooLarge(model: ModelContent): string | undefined {
  const topology = readTopology(model.modelTopology);
  if (!topology) return undefined;
  const inputs = inputShapes(topology);
  const weights = topology.nodes.reduce((sum, { op }, i) => sum + weightsOf(op, inputs[i] ?? null), 0);
  const numbersIn = (shape: Shape | null): number => (shape ? (product(shape.slice(1)) ?? 0) : 0);
  // A layer that takes an input of the model holds that input too.
  const figures = inferCalls(topology);
  const made = figures.map(({ shape }, i) => {
    const { node, inputs: fed } = topology.calls[i]!;
    const { op, inputShape } = topology.nodes[node]!;
    const shapes = fed.map(({ call }) => figures[call]!.shape);
    return (
      numbersIn(shape) +
      numbersWithin(op, shapes) +
      (fed.length === 0 && op.kind !== 'input' ? numbersIn(inputShape) : 0)
    );
  });
  const lastRead = new Map<number, number>();
  topology.calls.forEach(({ inputs: read }, i) => {
    for (const { call } of read) lastRead.set(call, i);
  });
  for (const { call } of topology.results) lastRead.set(call, Infinity);
  const readLastBy = new Map<number, number[]>();
  for (const [call, last] of lastRead) {
    const list = readLastBy.get(last);
    if (list) list.push(call);
    else readLastBy.set(last, [call]);
  }
  let live = weights;
  let most = { numbers: weights, name: '' };
  topology.calls.forEach(({ node }, i) => {
    live += made[i]!;
    if (live > most.numbers) most = { numbers: live, name: topology.nodes[node]!.name };
    for (const call of readLastBy.get(i) ?? []) live -= made[call]!;
  });
  const bytes = most.numbers * BYTES_A_NUMBER;
  const limit = weights * BYTES_A_NUMBER < FEW_WEIGHTS_BYTES ? MAX_BYTES_OF_FEW : MAX_EXAMPLE_BYTES;
  if (bytes <= limit) return undefined;
  const where = most.name === '' ? 'its weights alone' : `one example, up to the layer "${most.name}",`;
  return `The model needs ${(bytes / 2 ** 30).toFixed(1)} GiB for ${where} and ${limit / 2 ** 30} GiB is the limit for its ${limit < MAX_EXAMPLE_BYTES ? 'few ' : ''}weights, so it can be inspected and pruned but not evaluated or trained.`;
}

/** Counts the intermediate numbers of an attention for each pair of a query and a key. */
function numbersWithin(op: Op, [query, value, key = value]: readonly (Shape | null)[]): number {
  if (op.kind !== 'attention' && op.kind !== 'multi-head-attention') return 0;
  if (!query || !key) return 0;
  const each = op.kind === 'attention' ? (query.at(-1) ?? 1) : (op.heads ?? 1);
  return (product([...query.slice(1, -1), ...key.slice(1, -1)]) ?? 0) * each;
}

/** Counts the weights of a layer. */
function weightsOf(op: Op, input: Shape | null): number {
  if (op.kind === 'multi-head-attention') {
    const { heads, keySize, valueSize } = op;
    return 2 * (input?.at(-1) ?? 1) * (heads ?? 1) * ((keySize ?? 1) + (valueSize ?? 1));
  }
  return expectedWeights(op, input).reduce((all, [, shape]) => all + (product(shape) ?? 0), 0);
}
