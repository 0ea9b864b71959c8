import type { CompactStep } from '../../../protocol/steps/compact';
import { UserError } from '../../../protocol/errors';
import type { GraphNode, ModelGraph } from '../../model/model-graph';
import { amountsByLayer, protectedLayers } from '../layer-names';
import { convolutionsOf, type Convolution, type Found } from './convolution';
import { optionsOf, type Option } from './options';

/** A layer that convolves, and the forms that it may have; or the reason why it is left alone. */
export interface Candidate {
  readonly node: GraphNode;
  readonly kept?: { readonly state: 'protected' | 'skipped'; readonly reason: string };
  readonly open?: { readonly convolution: Convolution; readonly options: readonly Option[] };
}

/**
 * Lists the layers that convolve, in the order of the model, with the forms that save enough.
 * @param graph of a model whose input sizes are known, see `withInputShape`
 * @throws UserError where names fit no layer, or no layer has a form
 */
export function candidatesOf(graph: ModelGraph, step: CompactStep): Candidate[] {
  const found = convolutionsOf(graph);
  const chosen = step.layers && chosenOf(graph, found, step.layers);
  const guarded = protectedLayers(graph.layers, step.protect);
  const candidates = found.map(({ node, convolution }): Candidate => {
    const pattern = guarded.get(node.name);
    if (pattern !== undefined) return left(node, 'protected', `it is protected by "${pattern}"`);
    if (chosen && !chosen.has(node.name)) return left(node, 'skipped', 'it is not named');
    if (typeof convolution === 'string') return left(node, 'skipped', convolution);
    const options = optionsOf(convolution, step);
    return typeof options === 'string' ? left(node, 'skipped', options) : { node, open: { convolution, options } };
  });
  if (candidates.every(({ open }) => !open))
    throw new UserError(nothing(candidates.filter(({ node }) => chosen?.has(node.name) !== false)));
  return candidates;
}

/** Names the layers that patterns choose. @throws UserError for a pattern that fits no layer, or none that a form may replace */
function chosenOf({ nodes }: ModelGraph, found: readonly Found[], patterns: readonly string[]): Set<string> {
  const byNode = new Map(found.map(({ node, convolution }) => [node, convolution]));
  const named = amountsByLayer(nodes, Object.fromEntries(patterns.map((one) => [one, true])), {
    possible: () => nodes.filter((node) => typeof byNode.get(node) === 'object'),
    why: (i) => {
      const convolution = byNode.get(nodes[i]!) ?? 'it is no convolution';
      return typeof convolution === 'string' ? `The layer "${nodes[i]!.name}" cannot become compact, because ${convolution}: leave it out.` : undefined; // prettier-ignore
    },
  });
  return new Set([...named.keys()].map((i) => nodes[i]!.name));
}

const left = (node: GraphNode, state: 'protected' | 'skipped', reason: string): Candidate => ({
  node,
  kept: { state, reason },
});

/** Layers with their reasons, one within the other, so that each can be translated. */
function reasonsOf([first, ...others]: readonly Candidate[]): string {
  if (!first) return '';
  const { node, kept } = first;
  const reason = kept?.reason ?? '';
  return others.length === 0 ? `"${node.name}": ${reason}` : `"${node.name}": ${reason}; ${reasonsOf(others)}`;
}

function nothing(candidates: readonly Candidate[]): string {
  const [first] = candidates;
  if (!first) return 'The model has no convolutions, so nothing can become compact: factorize or prune it instead.';
  const some = candidates.slice(0, 3);
  const more = candidates.length - some.length;
  const listed = more > 0 ? `${reasonsOf(some)}, and so on for ${more} more` : reasonsOf(some);
  return `No convolution of the model can become compact so (${listed}): choose another form, amount or layers.`;
}
