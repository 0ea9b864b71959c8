import type { Tensor } from '../checkpoint/types';
import type { OutputKind } from './network';
import type { Flow, FlowCall, FlowNode } from './op/op';
import type { Pruning } from './pruning';
import type { TensorAxis, TensorRole } from './roles';
import type { Shape } from './shape';

/** A tensor of a layer with its role. */
export interface GraphTensor extends Pruning {
  readonly tensor: Tensor;
  /** Elements. */
  readonly params: number;
  readonly role: TensorRole;
  /** The axes that run over channels which enter or leave the layer; none where it is not known which do. */
  readonly axes: readonly TensorAxis[];
  /**
   * What the columns of a kernel are: filters or neurons; gates that share them, or rows of a table; or, where a kernel is
   * rearranged before it is used, nobody knows.
   */
  readonly columns: 'channels' | 'gates' | 'rearranged';
}

/** A layer with what is known of it without running it. */
export interface GraphLayer {
  /** Unique. */
  readonly name: string;
  /** The names of the models around it, and its own. */
  readonly path: readonly string[];
  /** What its file calls it: for messages. `Weights` where tensors are grouped by name alone. */
  readonly type: string;
  /** Batch first; null where it cannot be inferred. */
  readonly outputShape: Shape | null;
  readonly params: number;
  /** Dense multiply-accumulates for one sample; null where they cannot be inferred. */
  readonly macs: number | null;
  readonly tensors: readonly GraphTensor[];
  readonly prunable: boolean;
  /** Why nothing in it is pruned. */
  readonly reason?: string;
}

/** A layer that computes something, with its weights. */
export type GraphNode = GraphLayer & FlowNode;

/** One call of a node. */
export interface GraphCall extends FlowCall {
  /** Of its first result, batch first; null where it cannot be inferred. */
  readonly shape: Shape | null;
}

/**
 * A model as its layers, and, where their calls are known, as nodes with edges, models within the model dissolved. What belongs
 * to a node itself (weights, attributes) goes over `nodes`.
 */
export interface ModelGraph extends Flow {
  /** As its author called it; undefined where TensorFlow.js made the name up. */
  readonly name: string | undefined;
  /** The nodes, then what tensors of no node are grouped by. */
  readonly layers: readonly GraphLayer[];
  readonly nodes: readonly GraphNode[];
  readonly calls: readonly GraphCall[];
  /** Shapes that are fed to it, batch first; null where not declared. */
  readonly inputs: readonly (Shape | null)[];
  /** Shapes of the inputs, batch first, for which MACs are counted where the model leaves a size open; else absent. */
  readonly assumed?: readonly Shape[];
  /** How many outputs it has. */
  readonly outputs: number;
  readonly output: OutputKind;
  /** False where nodes and calls are not known, as in a GraphModel: layers are then groups of tensors. */
  readonly layered: boolean;
  /** Names and types of layers of no known type. */
  readonly unknown: readonly { readonly name: string; readonly type: string }[];
}
