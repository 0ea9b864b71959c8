import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../graph';
import { layerNamesOf } from '../layers-model/description/layer-names';
import type { GraphNode } from '../model-graph';

/** Gives names to new layers of one model, each once. */
export class NewNames {
  readonly #taken: Set<string>;
  /** Nodes that make an output of the whole model. */
  readonly #ends: ReadonlySet<GraphNode>;

  constructor(model: ModelContent) {
    const { nodes, calls, results } = readGraph(model);
    this.#taken = new Set(layerNamesOf(model));
    this.#ends = new Set(results.map(({ call }) => nodes[calls[call]!.node]!));
  }

  /**
   * Names the layers that replace a node by their parts: `conv2` -> `conv2_in`, `conv2_core`, `conv2_out`. The last one
   * keeps the name of the node where that makes an output of the model, since data and losses name outputs.
   */
  of(node: GraphNode, parts: readonly string[]): string[] {
    const own = node.path.at(-1)!;
    return parts.map((part, i) =>
      i === parts.length - 1 && this.#ends.has(node) ? own : this.#unique(`${own}_${part}`),
    );
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
