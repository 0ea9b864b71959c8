import type { GraphNode } from '../model-graph';
import type { Shape } from '../shape';
import type { NewLayer } from './new-layer';

/** The path of a layer: the names of the models around it, then its own. */
export type Path = readonly string[];

/** An input of a nested model, where the description declares the shape of that input. */
export interface InnerInput {
  /** Path of an input layer, or of the nested model. */
  readonly at: Path;
  /** The inputs of calls in the graph that take it within the model, the nearest first. */
  readonly takenBy: readonly { readonly call: number; readonly input: number }[];
}

/** One change to the description of a model, for any file format. */
export type Edit =
  /** Makes a node make `width` channels. A reshape keeps its open size. */
  | { readonly edit: 'width'; readonly at: Path; readonly width: number }
  /** Declares `to` input channels where a node, or a nested model, declares `from`. */
  | { readonly edit: 'input-width'; readonly at: Path; readonly from: number; readonly to: number }
  /** Declares the shape of an input, batch first. */
  | { readonly edit: 'input-shape'; readonly at: Path; readonly shape: Shape }
  /** Sets the bias of a node, which may have had none. */
  | { readonly edit: 'bias'; readonly node: GraphNode; readonly values: Float32Array }
  /** Removes the activation at the end of a node; a node that is only an activation becomes the identity. */
  | { readonly edit: 'linear'; readonly at: Path }
  /**
   * Replaces a node by a chain of layers, each fed by the one before, in all its calls. An empty chain drops the node:
   * what read its output reads its input. Slots of an optimizer are left out. A node with several edits has no such one.
   */
  | { readonly edit: 'replace'; readonly node: GraphNode; readonly by: readonly NewLayer[] }
  /** Lets a node, or a nested model, be trained. */
  | { readonly edit: 'trainable'; readonly at: Path };
