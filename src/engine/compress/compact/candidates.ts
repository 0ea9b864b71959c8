import type { CompactStep } from '../../../protocol/steps/compact';
import { UserError } from '../../../protocol/errors';
import type { GraphNode, ModelGraph } from '../../model/model-graph';
import { namedLayers, protectedLayers } from '../layer-names';
import { convolutionsOf, type Convolution } from './convolution';
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
  const named = step.layers && namedLayers(graph.layers, step.layers, 'layers');
  const chosen = named && new Set([...named.keys()].map((i) => graph.layers[i]!.name));
  const guarded = protectedLayers(graph.layers, step.protect);
  const candidates = convolutionsOf(graph).map(({ node, convolution }): Candidate => {
    const pattern = guarded.get(node.name);
    if (pattern !== undefined) return left(node, 'protected', `it is protected by "${pattern}"`);
    if (chosen && !chosen.has(node.name)) return left(node, 'skipped', 'it is not among "layers"');
    if (typeof convolution === 'string') return left(node, 'skipped', convolution);
    const options = optionsOf(convolution, step);
    return typeof options === 'string' ? left(node, 'skipped', options) : { node, open: { convolution, options } };
  });
  if (candidates.every(({ open }) => !open)) throw new UserError(nothing(candidates));
  return candidates;
}

const left = (node: GraphNode, state: 'protected' | 'skipped', reason: string): Candidate => ({
  node,
  kept: { state, reason },
});

function nothing(candidates: readonly Candidate[]): string {
  const [first] = candidates;
  if (!first) return 'The model has no convolutions, so nothing can become compact: factorize or prune it instead.';
  const some = candidates.slice(0, 3).map(({ node, kept }) => `"${node.name}": ${kept?.reason ?? ''}`);
  const more = candidates.length > some.length ? `, and so on for ${candidates.length - some.length} more` : '';
  return `No convolution of the model can become compact so (${some.join('; ')}${more}): choose another form, amount or layers.`;
}
