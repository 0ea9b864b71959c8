import type { ModelContent, Tensor } from '../checkpoint/types';
import type { CallInput, TensorRef } from './edges';
import { graphOfLayers } from './graph-of-layers';
import { graphOfOperations } from './graph-of-operations';
import type { Op } from './op/op';
import type { OutputKind } from './network';
import { readOperations, signatureOutputs } from './operations/read';
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

/** A layer that computes something, with its weights: it is one node, however often it is called. */
export interface GraphNode extends GraphLayer {
  readonly op: Op;
  /** Its calls that lead to an output of the model, as places in `calls`; none where it leads nowhere. */
  readonly calls: readonly number[];
  /** The shape it declares for its input, batch first; null where other nodes feed it. */
  readonly inputShape: Shape | null;
}

/** One call of a node. */
export interface GraphCall {
  /** As a place in `nodes`. */
  readonly node: number;
  /** What feeds it, those passed by their place first; empty where it takes an input of the model. */
  readonly inputs: readonly CallInput[];
  /** Of its first result, batch first; null where it cannot be inferred. */
  readonly shape: Shape | null;
}

/**
 * A model as its layers, and, where their calls are known, as nodes with edges. What depends on values that flow (shapes,
 * channels, constants) must go over `calls`: each comes after those that feed it, models within the model dissolved. What
 * belongs to a node itself (weights, attributes) goes over `nodes`.
 */
export interface ModelGraph {
  /** As its author called it; undefined where TensorFlow.js made the name up. */
  readonly name: string | undefined;
  /** The nodes, then what tensors of no node are grouped by. */
  readonly layers: readonly GraphLayer[];
  readonly nodes: readonly GraphNode[];
  readonly calls: readonly GraphCall[];
  /** The calls that take the inputs of the model, in order. */
  readonly inputCalls: readonly number[];
  /** The outputs of the model, in order. */
  readonly results: readonly TensorRef[];
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

const graphs = new WeakMap<ModelContent, ModelGraph>();

/**
 * A model as a graph: nodes with shapes, parameters, MACs and tensors. What is unknown stays null.
 * @throws UserError where its calls could never be made; no model that was validated
 */
export function readGraph(model: ModelContent): ModelGraph {
  const known = graphs.get(model);
  if (known) return known;
  const operations = readOperations(model.modelTopology, signatureOutputs(model.described?.['signature']));
  const graph = operations ? graphOfOperations(model, operations) : graphOfLayers(model);
  graphs.set(model, graph);
  return graph;
}
