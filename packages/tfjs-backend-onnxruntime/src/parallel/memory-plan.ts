import { type DraftNode, type DraftTensor, isView, type ValueName } from '../encoding/draft';
import { type Stage, tensorBytes } from '../encoding/stages';
import { alignedBytes } from './shared-memory';

/** What the stages of a graph compute, with a place in a thread's memory. */
export interface PlacedTensor extends DraftTensor {
  /** Where its bytes begin. */
  readonly at: number;
}

/** After all nodes of a stage. */
const END = -1;

/** Where in the stages something is computed or read: which node of which stage. */
interface Point {
  readonly stage: number;
  readonly node: number;
}

interface Tensor extends DraftTensor {
  readonly made: Point;
  readonly bytes: number;
}

/** Operators that may write where they read: element by element, and what a blocked convolution is added to. */
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
 * Places for the outputs of all stages: what goes from one to another, and the large ones that ONNX Runtime would otherwise
 * find memory for by itself, in each stage anew. A place is used again as soon as what it holds has been read, so that the
 * memory is small, and still in the cache. ONNX Runtime may run the nodes of a stage in any order that their inputs allow.
 *
 * @param elsewhere what has a place already: inputs and outputs of the graph
 * @returns also the bytes of all places together
 */
export function placeTensors(
  stages: readonly Stage[],
  elsewhere: ReadonlySet<ValueName>,
): { placed: PlacedTensor[]; bytes: number } {
  const lives = new Lives(stages);
  const placed: (Tensor & PlacedTensor)[] = [];
  let end = 0;
  for (const tensor of lives.tensors) {
    if (elsewhere.has(tensor.name)) continue;
    const alive = placed.filter((other) => !lives.isOver(other, tensor));
    const at = placeOf(tensor, alive, lives.overwritable(tensor));
    placed.push({ ...tensor, at });
    end = Math.max(end, at + tensor.bytes);
  }
  return { placed: placed.map(({ name, type, shape, at }) => ({ name, type, shape, at })), bytes: end };
}

/** The place of what it is computed from, where it may take that, else the first that is large enough. */
function placeOf(
  { bytes }: Tensor,
  alive: readonly (Tensor & PlacedTensor)[],
  overwritable: ReadonlySet<ValueName>,
): number {
  const isFree = (at: number, others: readonly (Tensor & PlacedTensor)[]): boolean =>
    others.every((other) => at + bytes <= other.at || other.at + other.bytes <= at);
  for (const source of alive) {
    const isMine = overwritable.has(source.name) && source.bytes === bytes;
    const others = alive.filter((other) => other !== source);
    if (isMine && isFree(source.at, others)) return source.at;
  }
  let at = 0;
  for (const other of [...alive].sort((a, b) => a.at - b.at)) {
    if (other.at - at >= bytes) break;
    at = Math.max(at, other.at + other.bytes);
  }
  return at;
}

/** When what the stages compute is made, and when it has been read. */
class Lives {
  readonly tensors: Tensor[] = [];
  readonly #stages: readonly Stage[];
  readonly #readers = new Map<ValueName, Point[]>();
  /** Of stages that were asked for and each of their nodes: the nodes that it waits for, itself among them. */
  readonly #earlier = new Map<number, readonly ReadonlySet<number>[]>();
  /** Of each stage: what its views are views of. */
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
        const point = { stage, node: END };
        this.#addReader(own, point);
        const tensor = shapes.get(own) ?? this.tensors.find(({ name }) => name === own)!;
        this.#addTensor({ ...tensor, name: mean }, point);
      }
    }
  }

  /** Whether a tensor has been read by all when another is made, whatever the order of the nodes. */
  isOver({ name, made }: Tensor, other: Tensor): boolean {
    const points = this.#readers.get(name) ?? [made];
    return points.every((point) => this.#isBefore(point, other.made));
  }

  /** What a tensor may be written over: it is read by the same node, number by number, and by others before. */
  overwritable({ made }: Tensor): Set<ValueName> {
    const node = this.#stages[made.stage]!.nodes[made.node];
    if (node === undefined) return new Set();
    const origins = (names: readonly ValueName[]): ValueName[] => names.map((name) => this.#originOf(name, made.stage));
    const { inPlace, others } = sourcesOf(node);
    const readOtherwise = new Set(origins(others));
    const sources = origins(inPlace).filter((name) => !readOtherwise.has(name));
    return new Set(
      sources.filter((name) =>
        (this.#readers.get(name) ?? []).every(
          (point) => this.#isBefore(point, made) || (point.stage === made.stage && point.node === made.node),
        ),
      ),
    );
  }

  #isBefore(point: Point, other: Point): boolean {
    if (point.stage !== other.stage) return point.stage < other.stage;
    if (other.node === END) return true;
    return point.node !== END && point.node !== other.node && this.#earlierThan(other).has(point.node);
  }

  #earlierThan({ stage, node }: Point): ReadonlySet<number> {
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

  #addReader(name: ValueName, point: Point): void {
    const origin = this.#originOf(name, point.stage);
    const readers = this.#readers.get(origin);
    if (readers) readers.push(point);
    else this.#readers.set(origin, [point]);
  }

  #addTensor(tensor: DraftTensor | undefined, made: Point): void {
    if (tensor === undefined) return;
    this.tensors.push({ ...tensor, made, bytes: alignedBytes(tensorBytes(tensor)) });
  }
}

/** What a node may write over, and what else it reads. */
function sourcesOf({ operator, inputs }: DraftNode): Record<'inPlace' | 'others', readonly ValueName[]> {
  if (operator === 'Conv') return { inPlace: inputs.slice(SUMMAND), others: inputs.slice(0, SUMMAND) };
  return ELEMENTWISE.has(operator) ? { inPlace: inputs, others: [] } : { inPlace: [], others: inputs };
}

/** What the views of a stage are views of, unless they are outputs: those are copies. */
function originsOfViews({ nodes, outputs }: Stage): Map<ValueName, ValueName> {
  const asked = new Set(outputs.map(({ name }) => name));
  const origins = new Map<ValueName, ValueName>();
  for (const node of nodes) {
    const [name] = node.outputs;
    const [source] = node.inputs;
    if (isView(node) && !asked.has(name!)) origins.set(name!, origins.get(source!) ?? source!);
  }
  return origins;
}

function earlierNodes(nodes: readonly DraftNode[]): Set<number>[] {
  const producers = new Map<ValueName, number>();
  const earlier: Set<number>[] = [];
  for (const [number, { inputs, outputs }] of nodes.entries()) {
    const own = new Set([number]);
    for (const name of inputs) {
      const producer = producers.get(name);
      if (producer !== undefined) for (const one of earlier[producer]!) own.add(one);
    }
    earlier.push(own);
    for (const name of outputs) producers.set(name, number);
  }
  return earlier;
}
