import type { Tensor } from '../checkpoint/types';
import type { OutputKind } from './network';
import type { Flow, FlowCall, FlowNode } from './op/op';
import type { Pruning } from './pruning';
import type { TensorAxis, TensorRole } from './roles';
import type { Shape } from './shape';

/** A tensor of a layer with its role. */
export interface GraphTensor extends Pruning {
  readonly tensor: Tensor;
  /** Number of elements. */
  readonly params: number;
  readonly role: TensorRole;
  /** Axes that run over the channels which enter or leave the layer; empty where they are unknown. */
  readonly axes: readonly TensorAxis[];
  /**
   * Meaning of a kernel's columns: `channels` are filters or neurons; `gates` are shared by gates, or are numbers in the
   * rows of a table; `rearranged` kernels change before use, so their columns are unknown.
   */
  readonly columns: 'channels' | 'gates' | 'rearranged';
}

/** A layer with the facts that are known without running it. */
export interface GraphLayer {
  /** Unique. */
  readonly name: string;
  /** Names of the models around it, then its own. */
  readonly path: readonly string[];
  /** Type in its file, for messages. `Weights` where tensors are grouped by name alone. */
  readonly type: string;
  /** Batch first; null where it cannot be inferred. */
  readonly outputShape: Shape | null;
  readonly params: number;
  /** Dense multiply-accumulates for one sample; null where they cannot be inferred. */
  readonly macs: number | null;
  readonly tensors: readonly GraphTensor[];
  readonly prunable: boolean;
  /** The reason why nothing in it is pruned. */
  readonly reason?: string;
}

/** A layer that computes something, with its weights. */
export type GraphNode = GraphLayer & FlowNode;

/** One call of a node. */
export interface GraphCall extends FlowCall {
  /** Shape of its first result, batch first; null where it cannot be inferred. */
  readonly shape: Shape | null;
}

/** An operation of a model whose operations are not interpreted, for drawings. */
export interface GraphOperation {
  /** Parts are joined by slashes. */
  readonly name: string;
  readonly type: string;
  /** Name of the layer to which its constants belong. */
  readonly layer?: string;
  /** Indices of the operations that feed it, all before it. */
  readonly inputs: readonly number[];
  readonly end?: 'input' | 'output';
}

/**
 * A model as its layers and, where their calls are known, as nodes with edges. Nested models are dissolved. Code about
 * the nodes themselves (weights, attributes) goes over `nodes`.
 */
export interface ModelGraph extends Flow {
  /** The author's name for the model; undefined where TensorFlow.js made it up. */
  readonly name: string | undefined;
  /** The nodes, then the groups of tensors that belong to no node. */
  readonly layers: readonly GraphLayer[];
  readonly nodes: readonly GraphNode[];
  readonly calls: readonly GraphCall[];
  /** Shapes of its inputs, batch first; null where not declared. */
  readonly inputs: readonly (Shape | null)[];
  /** Input shapes, batch first, for which MACs are counted where the model leaves a size open; else absent. */
  readonly assumed?: readonly Shape[];
  /** Number of its outputs. */
  readonly outputs: number;
  readonly output: OutputKind;
  /** False where nodes and calls are unknown, as in a GraphModel; layers are then groups of tensors. */
  readonly layered: boolean;
  /** Lists the operations of a GraphModel without its constants, in an order in which they can be computed. */
  readonly operations?: () => readonly GraphOperation[];
  /** Names and types of layers of unknown types. */
  readonly unknown: readonly { readonly name: string; readonly type: string }[];
}

/** Makes the graph of a model whose nodes are unknown: groups of tensors alone. */
export const graphOfGroups = (
  layers: readonly GraphLayer[],
  { output, outputs }: Pick<ModelGraph, 'output' | 'outputs'>,
): ModelGraph => ({
  ...{ name: undefined, layers, nodes: [], calls: [], inputCalls: [], results: [], inputs: [], unknown: [] },
  ...{ outputs, output, layered: false },
});
