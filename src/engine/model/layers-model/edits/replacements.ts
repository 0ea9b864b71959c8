import { UserError } from '../../../../protocol/errors';
import type { ModelContent, Tensor } from '../../../checkpoint/types';
import type { Edit } from '../../edit/edit';
import type { NewLayer } from '../../edit/new-layer';
import type { GraphNode, ModelGraph } from '../../model-graph';
import type { Flow, FlowNode, Op } from '../../op/op';
import type { Shape } from '../../shape';
import { inferCalls } from '../../shapes';
import { layerNamesOf } from '../description/layer-names';
import { graphOfLayers } from '../graph';
import { newTensors } from './new-tensors';
import type { Replacement } from './replace';

export type ReplaceEdit = Extract<Edit, { readonly edit: 'replace' }>;

/** Why some nodes have no other layers in their place. */
const REFUSED: Partial<Record<Op['kind'], string>> = {
  input: 'it takes an input of the model',
  'time-distributed': 'another layer is wrapped in it',
  bidirectional: 'another layer is wrapped in it',
};

/** Prepares replacements, by the path of the node as JSON. @throws UserError where a node cannot be replaced */
export function replacementsOf(model: ModelContent, edits: readonly ReplaceEdit[]): Map<string, Replacement> {
  if (edits.length === 0) return new Map();
  const graph = graphOfLayers(model);
  const taken = new Set([...layerNamesOf(model), ...edits.flatMap(({ by }) => by.map(({ name }) => name))]);
  return new Map(
    edits.map(({ node, by }) => {
      const why = by.length === 0 && node.op.kind !== 'input' ? undefined : REFUSED[node.op.kind];
      if (why !== undefined)
        throw new UserError(`The layer "${node.name}" cannot be replaced, because ${why}: leave it as it is.`);
      let inputName = `${node.path.at(-1)!}_input`;
      for (let i = 1; taken.has(inputName); i++) inputName = `${node.path.at(-1)!}_input_${i}`;
      taken.add(inputName);
      return [JSON.stringify(node.path), { node, by, inputName, shapes: shapesOf(graph, node, by) }];
    }),
  );
}

/** Infers the shapes of the outputs of new layers, from the input of the first call of the replaced node. */
function shapesOf(graph: ModelGraph, { calls: [first], op, inputShape }: GraphNode, by: readonly NewLayer[]) {
  const feed = first === undefined ? undefined : graph.calls[first]!.inputs[0];
  const input: Shape | null = feed?.output === 0 ? graph.calls[feed.call]!.shape : inputShape;
  const { channelsFirst } = op;
  const nodes: FlowNode[] = [
    { op: { kind: 'input', channelsFirst }, calls: [0], inputShape: input },
    ...by.map((layer, i): FlowNode => ({ op: { ...layer.op, channelsFirst }, calls: [i + 1], inputShape: null })),
  ];
  const calls = nodes.map((_, i) => ({ node: i, inputs: i === 0 ? [] : [{ call: i - 1, output: 0 }] }));
  const flow: Flow = { nodes, calls, inputCalls: [0], results: [{ call: by.length, output: 0 }] };
  return inferCalls(flow)
    .slice(1)
    .map(({ shape }) => shape);
}

/** Puts the tensors of new layers where those of the replaced nodes were. Slots of an optimizer are left out. */
export function replacedTensors(tensors: ReadonlyMap<string, Tensor>, edits: readonly ReplaceEdit[]) {
  if (edits.length === 0) return tensors;
  const byName = new Map(edits.flatMap((edit) => edit.node.tensors.map(({ tensor }) => [tensor.name, edit] as const)));
  const made = new Set<ReplaceEdit>();
  const entries: Tensor[] = [];
  const make = (edit: ReplaceEdit): void => {
    if (!made.has(edit)) entries.push(...newTensors(edit.node, edit.by));
    made.add(edit);
  };
  for (const tensor of tensors.values()) {
    const edit = byName.get(tensor.name);
    if (edit) make(edit);
    else if (tensor.group !== 'optimizer') entries.push(tensor);
  }
  edits.forEach(make);
  const all = new Map(entries.map((tensor) => [tensor.name, tensor]));
  if (all.size < entries.length) throw new Error('two tensors of a model would have the same name');
  return all;
}
