import { type DraftNode, type DraftTensor, isView, type ValueName } from '../encoding/draft';
import { type Stage, tensorBytes } from '../encoding/stages';
import { alignedBytes } from './shared-memory';

/** An output of a stage, with its offset in the memory of a worker. */
export interface PlannedTensor extends DraftTensor {
  /** Byte offset of the tensor. */
  readonly offset: number;
}

/** The position after all nodes of a stage. */
const END = -1;

/** The stage and the node in which a tensor is computed or read. */
interface NodePosition {
  readonly stage: number;
  readonly node: number;
}

interface Tensor extends DraftTensor {
  readonly producedAt: NodePosition;
  readonly bytes: number;
}

/** Operators that may overwrite an input: elementwise ones, and the summand of a blocked convolution. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Relu',
  'Sigmoid',
  'HardSigmoid',
  'Clip',
]);
const SUMMAND = 3;

/**
 * Plans the memory of the outputs of all stages: values that later stages read, and large values for which each session
 * would otherwise allocate memory of its own. Memory is reused as soon as its value has been read, so the plan stays
 * small and in the cache. ONNX Runtime may run the nodes of a stage in any order that their inputs allow.
 *
 * @param elsewhere inputs and outputs of the graph, which have memory already
 * @returns the offsets, and the bytes of the whole plan
 */
export function planMemory(
  stages: readonly Stage[],
  elsewhere: ReadonlySet<ValueName>,
): { tensors: PlannedTensor[]; bytes: number } {
  const lives = new Lifetimes(stages);
  const planned: PlannedTensor[] = [];
  let [end, stage] = [0, 0];
  /** The tensors that are read in this stage or later, in the order of their offsets. */
  let kept: Placed[] = [];
  for (const tensor of lives.tensors) {
    if (elsewhere.has(tensor.name)) continue;
    if (tensor.producedAt.stage > stage) {
      stage = tensor.producedAt.stage;
      kept = kept.filter(({ lastStage }) => lastStage >= stage);
    }
    const alive = kept.filter((other) => other.lastStage > stage || !lives.isDeadBefore(other, tensor));
    const offset = offsetFor(tensor, alive, lives.overwritable(tensor));
    const { name, type, shape, bytes } = tensor;
    insert(kept, { ...tensor, offset, place: planned.length, lastStage: lives.lastStage(tensor) });
    planned.push({ name, type, shape, offset });
    end = Math.max(end, offset + bytes);
  }
  return { tensors: planned, bytes: end };
}

/** A tensor with its offset, its place among the planned ones, and the last stage that reads it. */
interface Placed extends Tensor, PlannedTensor {
  readonly place: number;
  readonly lastStage: number;
}

/** Inserts a tensor behind those with the same or a smaller offset. */
function insert(kept: Placed[], tensor: Placed): void {
  let [low, high] = [0, kept.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (kept[middle]!.offset <= tensor.offset) low = middle + 1;
    else high = middle;
  }
  kept.splice(low, 0, tensor);
}

/**
 * Finds an offset: that of the first input that may be overwritten, else the first gap that is large enough.
 *
 * @param alive in the order of their offsets
 */
function offsetFor({ bytes }: Tensor, alive: readonly Placed[], overwritable: ReadonlySet<ValueName>): number {
  const sources = alive.filter(
    (one) =>
      overwritable.has(one.name) &&
      one.bytes === bytes &&
      alive.every(
        (other) => other === one || one.offset + bytes <= other.offset || other.offset + other.bytes <= one.offset,
      ),
  );
  const [source] = sources.sort((a, b) => a.place - b.place);
  if (source !== undefined) return source.offset;
  let offset = 0;
  for (const other of alive) {
    if (other.offset - offset >= bytes) break;
    offset = Math.max(offset, other.offset + other.bytes);
  }
  return offset;
}

/** The lifetimes of the tensors of all stages. */
class Lifetimes {
  readonly tensors: Tensor[] = [];
  readonly #stages: readonly Stage[];
  readonly #readers = new Map<ValueName, NodePosition[]>();
  /** For a stage and each of its nodes: the nodes that it waits for, including itself. Filled on demand. */
  readonly #earlier = new Map<number, readonly NodeSet[]>();
  /** For each stage: the tensor behind each view. */
  readonly #origins: readonly ReadonlyMap<ValueName, ValueName>[];

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
    this.#origins = stages.map(originsOfViews);
    for (const [stage, { nodes, outputs, allReduces }] of stages.entries()) {
      const shapes = new Map(outputs.map((tensor) => [tensor.name, tensor] as const));
      for (const [number, node] of nodes.entries()) {
        for (const name of node.inputs) this.#addReader(name, { stage, node: number });
        for (const name of node.outputs) this.#addTensor(shapes.get(name), { stage, node: number });
      }
      for (const { own, mean } of allReduces) {
        const position = { stage, node: END };
        this.#addReader(own, position);
        const tensor = shapes.get(own) ?? this.tensors.find(({ name }) => name === own)!;
        this.#addTensor({ ...tensor, name: mean }, position);
      }
    }
  }

  /** Returns the last stage that reads a tensor; its own if none does. */
  lastStage({ name, producedAt }: Tensor): number {
    return (this.#readers.get(name) ?? [producedAt]).reduce((last, { stage }) => Math.max(last, stage), 0);
  }

  /** True if all readers of a tensor have run when another one is produced, in any order of the nodes. */
  isDeadBefore({ name, producedAt }: Tensor, other: Tensor): boolean {
    const positions = this.#readers.get(name) ?? [producedAt];
    return positions.every((position) => this.#isBefore(position, other.producedAt));
  }

  /**
   * Returns the tensors that this one may overwrite: the same node reads them elementwise, and all other readers run
   * before.
   */
  overwritable({ producedAt }: Tensor): Set<ValueName> {
    const node = this.#stages[producedAt.stage]!.nodes[producedAt.node];
    if (node === undefined) return new Set();
    const origins = (names: readonly ValueName[]): ValueName[] =>
      names.map((name) => this.#originOf(name, producedAt.stage));
    const { inPlace, others } = sourcesOf(node);
    const readOtherwise = new Set(origins(others));
    const sources = origins(inPlace).filter((name) => !readOtherwise.has(name));
    return new Set(
      sources.filter((name) =>
        (this.#readers.get(name) ?? []).every(
          (position) =>
            this.#isBefore(position, producedAt) ||
            (position.stage === producedAt.stage && position.node === producedAt.node),
        ),
      ),
    );
  }

  #isBefore(position: NodePosition, other: NodePosition): boolean {
    if (position.stage !== other.stage) return position.stage < other.stage;
    if (other.node === END) return true;
    return position.node !== END && position.node !== other.node && has(this.#earlierThan(other), position.node);
  }

  #earlierThan({ stage, node }: NodePosition): NodeSet {
    let earlier = this.#earlier.get(stage);
    if (earlier === undefined) {
      earlier = earlierNodes(this.#stages[stage]!.nodes);
      this.#earlier.set(stage, earlier);
    }
    return earlier[node]!;
  }

  #originOf(name: ValueName, stage: number): ValueName {
    return this.#origins[stage]!.get(name) ?? name;
  }

  #addReader(name: ValueName, position: NodePosition): void {
    const origin = this.#originOf(name, position.stage);
    const readers = this.#readers.get(origin);
    if (readers) readers.push(position);
    else this.#readers.set(origin, [position]);
  }

  #addTensor(tensor: DraftTensor | undefined, producedAt: NodePosition): void {
    if (tensor === undefined) return;
    this.tensors.push({ ...tensor, producedAt, bytes: alignedBytes(tensorBytes(tensor)) });
  }
}

/** The inputs that a node may overwrite, and its other inputs. */
function sourcesOf({ operator, inputs }: DraftNode): Record<'inPlace' | 'others', readonly ValueName[]> {
  if (operator === 'Conv') return { inPlace: inputs.slice(SUMMAND), others: inputs.slice(0, SUMMAND) };
  return ELEMENTWISE.has(operator) ? { inPlace: inputs, others: [] } : { inPlace: [], others: inputs };
}

/** Maps each view of a stage to its origin. Views that are outputs are copies and are left out. */
function originsOfViews({ nodes, outputs }: Stage): Map<ValueName, ValueName> {
  const fetched = new Set(outputs.map(({ name }) => name));
  const origins = new Map<ValueName, ValueName>();
  for (const node of nodes) {
    const [name] = node.outputs;
    const [source] = node.inputs;
    if (isView(node) && !fetched.has(name!)) origins.set(name!, origins.get(source!) ?? source!);
  }
  return origins;
}

/** Numbers of nodes, a bit for each: sets of objects would take seconds in stages of thousands of nodes. */
type NodeSet = Uint32Array;

const has = (nodes: NodeSet, number: number): boolean => ((nodes[number >>> 5]! >>> (number & 31)) & 1) === 1;

function earlierNodes(nodes: readonly DraftNode[]): NodeSet[] {
  const producers = new Map<ValueName, number>();
  const earlier: NodeSet[] = [];
  for (const [number, { inputs, outputs }] of nodes.entries()) {
    const own = new Uint32Array((nodes.length + 31) >>> 5);
    own[number >>> 5] = 1 << (number & 31);
    for (const name of new Set(inputs)) {
      const producer = producers.get(name);
      if (producer === undefined) continue;
      const before = earlier[producer]!;
      for (let word = 0; word <= producer >>> 5; word++) own[word]! |= before[word]!;
    }
    earlier.push(own);
    for (const name of outputs) producers.set(name, number);
  }
  return earlier;
}
