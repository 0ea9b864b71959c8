import { UserError } from '../../../protocol/errors';
import type { DistillStep } from '../../../protocol/steps/distill';
import { plural } from '../../../protocol/format';
import type { ModelContent } from '../../checkpoint/types';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import { readGraph } from '../../model/graph';
import type { GraphNode, ModelGraph } from '../../model/model-graph';
import { makesChannels } from '../../model/op/channels';
import type { Op } from '../../model/op/op';
import { namedLayers } from '../layer-names';
import { residualBlocks } from './blocks';
import { atEachStep } from './stepwise';

/** Layers after one that is dropped which go with it: they only treat its outputs. */
const FOLLOWING: ReadonlySet<Op['kind']> = new Set([
  'batch-normalization',
  'layer-normalization',
  'group-normalization',
  'rms-normalization',
  'activation',
  'prelu',
  'noise',
]);

/**
 * Chooses the layers that a student does not have: those that are named; then whole residual `blocks`, from the stages that
 * have most of them, the last first; then `fewer` of the layers that compute by weights, each with its normalization and
 * activation. Layers with inputs and outputs of one shape go first, then convolutions, then others; of each the last first.
 * @returns the nodes of the model's graph
 * @throws UserError where a name fits no layer, or the outputs would have another shape without it
 */
export function droppedNodes(
  model: ModelContent,
  { drop = [], blocks = 0, fewer = 0 }: Pick<DistillStep, 'drop' | 'blocks' | 'fewer'>,
): GraphNode[] {
  const { nodes } = readGraph(model);
  const dropped = new Set<GraphNode>();
  for (const i of namedLayers(nodes, drop, 'drop').keys()) dropped.add(nodes[i]!);
  if (dropped.size > 0) {
    const why = whyNot(model, dropped);
    if (why !== undefined) throw new UserError(why);
  }
  for (let count = 0; count < blocks; count++) {
    const block = nextBlock(model, dropped);
    if (!block)
      throw new UserError(
        `The student cannot have ${plural(blocks, 'residual block')} less than the model: ${count === 0 ? 'it has none' : `only ${count}`} that can be left out so that inputs and outputs stay; ask for fewer${count === 0 ? ', or for fewer layers' : ''}.`,
      );
    for (const node of block) dropped.add(node);
  }
  for (let count = 0; count < fewer; count++) {
    const unit = nextUnit(model, dropped);
    if (!unit)
      throw new UserError(
        `The student cannot have ${plural(fewer, 'layer')} less than the model: only ${count} can be left out so that inputs and outputs stay; ask for fewer.`,
      );
    for (const node of unit) dropped.add(node);
  }
  return [...dropped];
}

/** The edits that drop nodes. */
export const dropEdits = (nodes: Iterable<GraphNode>): Edit[] =>
  Array.from(nodes, (node) => ({ edit: 'replace', node, by: [] }));

/** Returns the graph as it is without some nodes, and a function that finds the nodes of the whole one. */
function without(model: ModelContent, dropped: ReadonlySet<GraphNode>) {
  const graph = readGraph(model);
  const now = dropped.size === 0 ? graph : readGraph(applyEdits(model, dropEdits(dropped)));
  const known = new Map(graph.nodes.map((node) => [node.path.join('/'), node]));
  return { now, whole: (nodes: readonly GraphNode[]) => nodes.map(({ path }) => known.get(path.join('/'))!) };
}

/** Finds the next residual block to drop: the last one of a stage that has most of them. */
function nextBlock(model: ModelContent, dropped: ReadonlySet<GraphNode>): readonly GraphNode[] | undefined {
  const { now, whole } = without(model, dropped);
  const found = residualBlocks(now);
  const inStage = (stage: string): number => found.filter((one) => one.stage === stage).length;
  return found
    .sort((a, b) => inStage(b.stage) - inStage(a.stage) || b.sum - a.sum)
    .map(({ nodes }) => whole(nodes))
    .find((block) => whyNot(model, new Set([...dropped, ...block])) === undefined);
}

/** Finds the next layer to drop, with those that only treat its outputs. */
function nextUnit(model: ModelContent, dropped: ReadonlySet<GraphNode>): readonly GraphNode[] | undefined {
  // Shapes change with each layer that is dropped.
  const { now, whole } = without(model, dropped);
  const candidates = now.nodes
    .filter((node) => node.calls.length === 1 && isLearned(atEachStep(node).op))
    .map((node) => ({ node, rank: rankOf(node, now) }))
    .reverse()
    .sort((a, b) => a.rank - b.rank);
  for (const { node } of candidates) {
    const unit = whole(unitOf(node, now));
    if (whyNot(model, new Set([...dropped, ...unit])) === undefined) return unit;
  }
  return undefined;
}

const isLearned = (op: Op): boolean =>
  makesChannels(op) ||
  op.kind === 'depthwise-conv' ||
  op.kind === 'recurrent' ||
  op.kind === 'conv-lstm' ||
  op.kind === 'bidirectional';

function rankOf(node: GraphNode, graph: ModelGraph): number {
  const { op, calls } = atEachStep(node);
  const call = graph.calls[calls[0]!]!;
  const [input] = call.inputs;
  const before = input && graph.calls[input.call]!.shape;
  if (before && call.shape && before.join() === call.shape.join()) return 0;
  return op.kind === 'dense' ? 2 : 1;
}

/** Lists a layer and those after it that treat its outputs alone. */
function unitOf(node: GraphNode, { nodes, calls }: ModelGraph): GraphNode[] {
  const unit = [node];
  for (let last = node; ;) {
    const made = last.calls[0]!;
    const readers = calls.filter(({ inputs }) => inputs.some(({ call }) => call === made));
    const next = readers.length === 1 ? nodes[readers[0]!.node] : undefined;
    if (!next || next.calls.length !== 1 || readers[0]!.inputs.length !== 1 || !FOLLOWING.has(atEachStep(next).op.kind))
      return unit;
    unit.push(next);
    last = next;
  }
}

/** Explains in one sentence why a model cannot do without some layers; undefined where it can. */
function whyNot(model: ModelContent, dropped: ReadonlySet<GraphNode>): string | undefined {
  const names = [...dropped].map(({ name }) => `"${name}"`).join(', ');
  try {
    const [before, after] = [readGraph(model), readGraph(applyEdits(model, dropEdits(dropped)))];
    const shapes = (graph: ModelGraph) =>
      graph.results.map(({ call, output }) => (output === 0 ? (graph.calls[call]!.shape?.join() ?? '?') : '?'));
    if (shapes(before).join(' ') !== shapes(after).join(' '))
      return `The student cannot do without ${names}, because its outputs would have another shape: leave ${dropped.size === 1 ? 'it' : 'some of them'} in.`;
    const paths = new Map(before.nodes.map((node) => [node.path.join('/'), node]));
    const unknown = after.calls.find(({ node, shape }) => {
      const [first] = paths.get(after.nodes[node]!.path.join('/'))?.calls ?? [];
      return shape === null && first !== undefined && before.calls[first]!.shape !== null;
    });
    if (!unknown) return undefined;
    return `The student cannot do without ${names}, because the inputs of "${after.nodes[unknown.node]!.name}" would not fit together: leave ${dropped.size === 1 ? 'it' : 'some of them'} in.`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
