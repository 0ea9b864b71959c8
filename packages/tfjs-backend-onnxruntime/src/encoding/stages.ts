import {
  type DraftNode,
  type DraftTensor,
  encodeDraft,
  isView,
  ALL_REDUCE,
  type ModelDraft,
  type ValueName,
} from './draft';
import type { ElementType } from './onnx-messages';

/** An all-reduce: each worker contributes `own` and goes on with `mean`. */
export interface AllReduce {
  readonly own: ValueName;
  readonly mean: ValueName;
}

/** The part of a graph between two all-reduces, which a worker computes without waiting. */
export interface Stage {
  readonly model: Uint8Array;
  /** The nodes, each after its inputs. */
  readonly nodes: readonly DraftNode[];
  readonly inputs: readonly DraftTensor[];
  readonly outputs: readonly DraftTensor[];
  /** The all-reduces after the stage. */
  readonly allReduces: readonly AllReduce[];
}

/**
 * Values of this size or more are outputs of their stage even if no other stage reads them: the memory plan has memory
 * for them.
 */
const LARGE_BYTES = 2 ** 16;

/** The only stage of a graph without all-reduces. */
export function wholeStage({ nodes, inputs, outputs }: ModelDraft, model: Uint8Array): Stage {
  return { model, nodes, inputs, outputs, allReduces: [] };
}

/**
 * Splits a graph at its all-reduces into as few stages as possible. A node is delayed to the stage that reads it if
 * fewer bytes are then kept between stages.
 *
 * @param shapeOf returns type and shape of each computed value
 */
export function splitIntoStages(draft: ModelDraft, shapeOf: (name: ValueName) => DraftTensor): Stage[] {
  const graph = new Graph(draft);
  const stageOf = earliestStages(graph);
  postpone(graph, stageOf, (name) => tensorBytes(shapeOf(name)));
  const count = Math.max(0, ...stageOf.values()) + 1;
  const parts = Array.from({ length: count }, (_, stage) => partOf(graph, stageOf, stage));
  const lastTaker = new Map<ValueName, number>();
  for (const [stage, { takes }] of parts.entries()) for (const name of takes) lastTaker.set(name, stage);
  const known = (name: ValueName): DraftTensor => graph.inputs.get(name) ?? shapeOf(name);
  return parts.map(({ nodes, takes, gives, allReduces }, stage) => {
    const own = new Set(allReduces.map((reduce) => reduce.own));
    const inputs = [...takes].filter((name) => !graph.constants.has(name)).map(known);
    const isTakenLater = (name: ValueName): boolean => (lastTaker.get(name) ?? stage) > stage;
    const isLarge = (name: ValueName): boolean =>
      !isView(graph.producers.get(name)!) && tensorBytes(shapeOf(name)) >= LARGE_BYTES;
    const outputs = gives
      .filter((name) => isTakenLater(name) || own.has(name) || graph.outputs.has(name) || isLarge(name))
      .map(known);
    const constants = draft.constants.filter(({ name }) => takes.has(name));
    const model = encodeDraft({ nodes, constants, inputs, outputs, domains: draft.domains });
    return { model, nodes, inputs, outputs, allReduces };
  });
}

/** The producers and the readers of all values. */
class Graph {
  readonly nodes: readonly DraftNode[];
  readonly producers = new Map<ValueName, DraftNode>();
  readonly readers = new Map<ValueName, DraftNode[]>();
  readonly inputs: ReadonlyMap<ValueName, DraftTensor>;
  readonly constants: ReadonlySet<ValueName>;
  readonly outputs: ReadonlySet<ValueName>;

  constructor({ nodes, inputs, constants, outputs }: ModelDraft) {
    this.nodes = nodes;
    this.inputs = new Map(inputs.map((input) => [input.name, input]));
    this.constants = new Set(constants.map(({ name }) => name));
    this.outputs = new Set(outputs.map(({ name }) => name));
    for (const node of nodes) {
      for (const name of node.outputs) this.producers.set(name, node);
      for (const name of new Set(node.inputs)) {
        const readers = this.readers.get(name);
        if (readers) readers.push(node);
        else this.readers.set(name, [node]);
      }
    }
  }

  /** Returns the inputs of a node that other nodes compute. */
  computed({ inputs }: DraftNode): ValueName[] {
    return [...new Set(inputs)].filter((name) => this.producers.has(name));
  }

  /** Follows views back to the value itself. */
  origin(name: ValueName): ValueName {
    let node = this.producers.get(name);
    for (; node !== undefined && isView(node); node = this.producers.get(name)) name = node.inputs[0]!;
    return name;
  }

  /** True for views that each stage repeats, because passing them on would copy them. */
  isRepeated(node: DraftNode): boolean {
    return isView(node) && !node.outputs.some((name) => this.outputs.has(name));
  }
}

type Stages = Map<DraftNode, number>;

/** Finds the first possible stage of each node. An all-reduce belongs to the stage before it. */
function earliestStages(graph: Graph): Stages {
  const stageOf: Stages = new Map();
  for (const node of graph.nodes) {
    const ready = graph.computed(node).map((name) => {
      const producer = graph.producers.get(name)!;
      return stageOf.get(producer)! + (producer.operator === ALL_REDUCE ? 1 : 0);
    });
    stageOf.set(node, Math.max(0, ...ready));
  }
  return stageOf;
}

/**
 * Delays nodes to the first stage that reads them, the last nodes first, if no more bytes are then kept between stages.
 */
function postpone(graph: Graph, stageOf: Stages, bytesOf: (name: ValueName) => number): void {
  for (const node of [...graph.nodes].reverse()) {
    if (node.operator === ALL_REDUCE || node.outputs.some((name) => graph.outputs.has(name))) continue;
    const readers = node.outputs.flatMap((name) => graph.readers.get(name) ?? []);
    const first = Math.min(...readers.map((reader) => stageOf.get(reader)!));
    if (!Number.isFinite(first) || first === stageOf.get(node)) continue;
    const isKeptAnyway = (name: ValueName): boolean =>
      (graph.readers.get(name) ?? []).some((reader) => reader !== node && stageOf.get(reader)! >= first);
    const needed = new Set(graph.computed(node).map((name) => graph.origin(name)));
    const more = [...needed].filter((name) => graph.producers.has(name) && !isKeptAnyway(name));
    const total = (names: readonly ValueName[]): number => names.reduce((sum, name) => sum + bytesOf(name), 0);
    if (graph.isRepeated(node) || total(more) <= total(node.outputs)) stageOf.set(node, first);
  }
}

interface Part {
  readonly nodes: readonly DraftNode[];
  /** Inputs of the graph, constants, and values of earlier stages. */
  readonly takes: ReadonlySet<ValueName>;
  /** The values that the part computes. */
  readonly gives: readonly ValueName[];
  readonly allReduces: readonly AllReduce[];
}

function partOf(graph: Graph, stageOf: Stages, stage: number): Part {
  const here = graph.nodes.filter((node) => stageOf.get(node) === stage);
  const allReduces = here.filter(({ operator }) => operator === ALL_REDUCE);
  const nodes: DraftNode[] = [];
  const has = new Set<ValueName>();
  const takes = new Set<ValueName>();
  /** Makes a value available in this stage: repeats views, and takes other values from earlier stages. */
  const bring = (name: ValueName): void => {
    if (name === '' || has.has(name) || takes.has(name)) return;
    const producer = graph.producers.get(name);
    if (producer !== undefined && graph.isRepeated(producer)) add(producer);
    else takes.add(name);
  };
  const add = (node: DraftNode): void => {
    for (const name of node.inputs) bring(name);
    nodes.push(node);
    for (const name of node.outputs) has.add(name);
  };
  for (const node of here) if (node.operator !== ALL_REDUCE && !graph.isRepeated(node)) add(node);
  const own = allReduces.map((node) => node.inputs[0]!);
  for (const name of own) {
    const producer = graph.producers.get(name);
    if (producer !== undefined && graph.isRepeated(producer)) bring(name);
  }
  return {
    nodes,
    takes,
    gives: nodes.flatMap(({ outputs }) => outputs),
    allReduces: allReduces.map(({ outputs }, i) => ({ own: own[i]!, mean: outputs[0]! })),
  };
}

const BYTES: Readonly<Record<ElementType, number>> = { float32: 4, int32: 4, int64: 8, bool: 1 };

/** Bytes of a tensor. */
export const tensorBytes = ({ type, shape }: Pick<DraftTensor, 'type' | 'shape'>): number =>
  shape.reduce((size, length) => size * length, BYTES[type]);
