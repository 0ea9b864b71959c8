import { UserError } from '../../../protocol/errors';
import type { FactorizeStep, FactorScheme } from '../../../protocol/steps/factorize';
import { shapeSize } from '../../checkpoint/dtype';
import type { ModelContent } from '../../checkpoint/types';
import { activationGrids } from '../../model/activation-grids';
import type { GraphNode } from '../../model/model-graph';
import { amountsByLayer, protectedLayers } from '../layer-names';
import type { LayerChange } from '../reshape/describe';
import { weightsOf } from '../reshape/kernels';
import { layeredGraph, pathKey } from '../reshape/layered';
import type { Candidate } from './problem';
import { hasWindow, whyNot } from './schemes';

/** The layers that a step factorizes, and the reasons why it leaves the others alone, by `pathKey`. */
export interface Chosen {
  readonly candidates: readonly Candidate[];
  /** Ranks of single layers, by `pathKey`. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly left: Map<string, LayerChange>;
}

/** Chooses the layers of a step. @throws UserError where a name fits no layer, a rank no layer, or nothing is chosen */
export function chosenBy(
  model: ModelContent,
  { amount, layers: named, ranks = {}, protect, scheme }: FactorizeStep,
): Chosen {
  if (scheme === 'cp' && amount && 'vbmf' in amount)
    throw new UserError(
      'VBMF finds ranks of matrices, and "cp" takes no matrix apart: choose another scheme or amount.',
    );
  const { nodes, layers } = layeredGraph(model);
  const grids = activationGrids(model);
  const read = nodes.map((node) => candidateOf(node, grids, scheme));
  const guarded = protectedLayers(layers, protect);
  const choices = {
    possible: () => nodes.filter((_, i) => typeof read[i] === 'object'),
    why: (i: number) => {
      const why = read[i];
      return typeof why === 'string' ? `The layer "${nodes[i]!.name}" cannot be factorized, because it ${why}: leave it out.` : undefined; // prettier-ignore
    },
  };
  const single = amountsByLayer(nodes, ranks, choices);
  const all = amount !== undefined && !named;
  const wanted = amountsByLayer(nodes, Object.fromEntries((named ?? []).map((one) => [one, true])), choices);
  const candidates: Candidate[] = [];
  const left = new Map<string, LayerChange>();
  for (const [i, node] of nodes.entries()) {
    const one = read[i]!;
    const pattern = guarded.get(node.name);
    const key = pathKey(node);
    if (pattern !== undefined) left.set(key, { state: 'protected', reason: `it is protected by "${pattern}"` });
    else if (typeof one === 'string') left.set(key, { state: 'skipped', reason: `it ${one}` });
    else if (!all && !wanted.has(i) && !single.has(i)) left.set(key, { state: 'skipped', reason: 'it is not named' });
    else candidates.push(one);
  }
  for (const [i, rank] of single) {
    const one = read[i]!;
    if (typeof one === 'string') continue;
    const full = fullRank(one, scheme);
    if (rank > full)
      throw new UserError(`The layer "${nodes[i]!.name}" has the rank ${full}, so it cannot be given ${rank}: give a smaller one.`); // prettier-ignore
  }
  if (candidates.length === 0)
    throw new UserError(`The model has no layer that can be factorized${example(nodes, left)}: name other layers.`);
  return { candidates, left, ranks: new Map([...single].map(([i, rank]) => [pathKey(nodes[i]!), rank])) };
}

/** The largest rank of a kernel by a scheme, or by that in which it is largest but for `cp`, which must be asked for. */
export function fullRank(candidate: Candidate, scheme?: FactorScheme): number {
  const { shape } = candidate.kernel.tensor;
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  const rows = shapeSize(shape.slice(0, -1));
  const whole = Math.min(outputs, rows);
  const [height = 1, width = 1] = shape.slice(0, -2);
  const apart = height > 1 && width > 1 && shape.length === 4 ? Math.min(height * inputs, width * outputs) : whole;
  const places = rows / inputs;
  if (scheme === 'cp' && hasWindow(candidate)) return Math.min(places * inputs, places * outputs, inputs * outputs);
  if (scheme === undefined) return Math.max(whole, apart);
  return scheme === 'spatial' ? apart : whole;
}

function candidateOf(
  node: GraphNode,
  grids: ReadonlyMap<string, unknown>,
  scheme: FactorScheme | undefined,
): Candidate | string {
  const { op } = node;
  if (op.kind !== 'dense' && op.kind !== 'conv') return 'is neither a dense layer nor a convolution';
  if (op.kind === 'conv' && op.groups > 1) return 'has groups';
  if (op.channelsFirst && op.kind === 'conv') return 'has its channels first';
  if (node.calls.length === 0) return 'leads to no output of the model';
  const weights = weightsOf(node);
  if (typeof weights === 'string') return weights;
  if (grids.has(weights.kernel.tensor.name)) return 'takes its inputs on a grid, which new layers would not have';
  const candidate: Candidate = { node, op, ...weights };
  const reason = scheme && hasWindow(candidate) ? whyNot(scheme, candidate) : undefined;
  return reason ?? candidate;
}

function example(nodes: readonly GraphNode[], left: ReadonlyMap<string, LayerChange>): string {
  const named = nodes.find((node) => node.tensors.length > 0 && left.has(pathKey(node)));
  return named ? ` ("${named.name}" stays: ${left.get(pathKey(named))!.reason ?? ''})` : '';
}
