import type { GraphNode, ModelGraph } from '../../model/model-graph';

/** Nodes that read the output of one node. */
export interface Readers {
  /** Indices of nodes, each once. */
  readonly nodes: readonly number[];
  /** True if its output is also one of the model. */
  readonly ends: boolean;
}

/** The edges of a graph between nodes. */
export class Links {
  readonly #readers: readonly { readonly call: number; readonly output: number; readonly keyword: boolean }[][];
  readonly #results: ReadonlySet<number>;

  constructor(readonly graph: ModelGraph) {
    const readers = graph.calls.map((): { call: number; output: number; keyword: boolean }[] => []);
    for (const [i, { inputs }] of graph.calls.entries())
      for (const { call, output, keyword } of inputs) readers[call]!.push({ call: i, output, keyword: keyword !== undefined }); // prettier-ignore
    this.#readers = readers;
    this.#results = new Set(graph.results.map(({ call }) => call));
  }

  /** Finds the nodes that read a node. */
  readersOf({ calls }: GraphNode): Readers {
    const nodes = calls.flatMap((call) => this.#readers[call]!.map((one) => this.graph.calls[one.call]!.node));
    return { nodes: [...new Set(nodes)], ends: calls.some((call) => this.#results.has(call)) };
  }

  /**
   * Finds the only node that reads a node: in each of its calls it takes the whole output of one call of that node, and
   * nothing else. Undefined where there is none.
   */
  soleReader(node: GraphNode): GraphNode | undefined {
    const { nodes, ends } = this.readersOf(node);
    const reader = nodes.length === 1 && !ends ? this.graph.nodes[nodes[0]!] : undefined;
    if (!reader || reader.calls.length !== node.calls.length) return undefined;
    const once = node.calls.every((call) => this.#readers[call]!.length === 1);
    return once && this.readsOnly(reader, node) ? reader : undefined;
  }

  /** Tells whether a node takes nothing but the first output of another one, by position, in each of its calls. */
  readsOnly(reader: GraphNode, node: GraphNode): boolean {
    return reader.calls.every((call) => {
      const [first, ...more] = this.graph.calls[call]!.inputs;
      if (!first || more.length > 0) return false;
      return first.output === 0 && first.keyword === undefined && node.calls.includes(first.call);
    });
  }

  /** The node that feeds a node in all of its calls, and alone; undefined where there is none. */
  feeder(reader: GraphNode): GraphNode | undefined {
    const feeds = reader.calls.flatMap((call) => this.graph.calls[call]!.inputs.map((one) => this.graph.calls[one.call]!.node)); // prettier-ignore
    const [first, ...more] = new Set(feeds);
    const node = first === undefined || more.length > 0 ? undefined : this.graph.nodes[first];
    return node && this.readsOnly(reader, node) ? node : undefined;
  }
}
