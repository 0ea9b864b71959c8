import type { ModelContent } from '../../checkpoint/types';
import { redrawn } from '../../model/architectures';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import { readGraph } from '../../model/graph';
import type { GraphNode } from '../../model/model-graph';
import { toNetwork } from '../../model/runnable';
import { dropEdits } from './drop';

/**
 * Copies a model without some of its layers and with new random weights, all of which can be trained. Frozen layers that
 * the examples enter before any other weights, such as a normalization by the mean of the data, stay as they are: nothing
 * is learned there.
 * @param seed 0 or more; the same seed gives the same weights
 * @throws UserError where the model cannot run
 */
export async function begunAnew<M extends ModelContent>(
  model: M,
  dropped: readonly GraphNode[],
  seed: number,
): Promise<M> {
  const { nodes, entering } = await frozenNodes(model);
  const gone = new Set(dropped);
  const frozen = nodes.filter((node) => !entering.has(node) && !gone.has(node));
  // Models around a layer may be frozen too.
  const paths = frozen.flatMap(({ path }) => path.map((_, i) => path.slice(0, i + 1)));
  const edits = [...new Map(paths.map((at) => [JSON.stringify(at), at])).values()].map((at): Edit => ({
    edit: 'trainable',
    at,
  }));
  const kept = new Set([...entering].flatMap(({ tensors }) => tensors.map(({ tensor }) => tensor.name)));
  return redrawn(applyEdits(model, [...edits, ...dropEdits(dropped)]), seed, (name) => kept.has(name));
}

/** Finds the layers with weights of which none is trained, and those of them that no other weights lie before. */
async function frozenNodes(
  model: ModelContent,
): Promise<{ nodes: readonly GraphNode[]; entering: ReadonlySet<GraphNode> }> {
  const { nodes, calls } = readGraph(model);
  const network = await toNetwork(model);
  const trained = new Set([...network.variables.values()].flatMap(({ name, trainable }) => (trainable ? [name] : [])));
  network.dispose();
  const isFrozen = ({ tensors }: GraphNode): boolean =>
    tensors.length > 0 && tensors.every(({ tensor }) => !trained.has(tensor.name));
  const isTable = ({ tensors }: GraphNode): boolean => tensors.some(({ kernel, role }) => kernel || role === 'table');
  const plain: boolean[] = [];
  for (const [i, { node, inputs }] of calls.entries()) {
    const own = nodes[node]!;
    plain[i] =
      inputs.every(({ call }) => plain[call]) && (own.tensors.length === 0 || (isFrozen(own) && !isTable(own)));
  }
  const entering = nodes.filter((node) => isFrozen(node) && node.calls.length > 0 && node.calls.every((i) => plain[i]));
  return { nodes: nodes.filter(isFrozen), entering: new Set(entering) };
}
