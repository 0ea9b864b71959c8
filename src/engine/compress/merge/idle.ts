import { pathKey } from '../reshape/layered';
import type { Links } from '../reshape/links';
import type { GraphNode } from '../../model/model-graph';
import type { Move, Moves } from './move';

/** Finds layers that compute nothing at inference: dropout and noise, identities, and activations that are none. */
export function idleMoves(links: Links, open: (node: GraphNode) => boolean): Moves {
  const moves: Move[] = [];
  const reasons = new Map<string, string>();
  for (const gone of links.graph.nodes) {
    if (!isIdle(gone) || !open(gone)) continue;
    const why = whyStays(gone, links);
    if (why !== undefined) reasons.set(pathKey(gone), why);
    else
      moves.push({ gone, state: 'dropped', into: [], edits: [{ edit: 'replace', node: gone, by: [] }], tensors: [] });
  }
  return { moves, reasons };
}

const isIdle = ({ op }: GraphNode): boolean =>
  op.kind === 'noise' ||
  op.kind === 'identity' ||
  (op.kind === 'activation' && op.form === 'named' && op.activation === 'linear');

function whyStays(node: GraphNode, links: Links): string | undefined {
  if (node.calls.length === 0) return 'no output of the model depends on it';
  if (links.readersOf(node).ends && links.graph.outputs > 1) return 'data and losses name an output after it';
  // Some tensors of whole numbers become others by it.
  if (node.op.kind === 'identity' && links.feeder(node)?.op.kind === 'input') return 'it may convert an input';
  return undefined;
}
