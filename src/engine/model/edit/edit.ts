import type { GraphNode } from '../model-graph';
import type { Shape } from '../shape';

/** The place of a layer: the names of the models around it, and its own. */
export type Path = readonly string[];

/** A place where a model within a model declares the shape of what is fed to it. */
export interface InnerInput {
  /** Of an input layer, or of the nested model. */
  readonly at: Path;
  /** What takes it within, the nearest first: inputs of calls in the graph. */
  readonly takenBy: readonly { readonly call: number; readonly input: number }[];
}

/** One change of what a model describes, whatever its file. */
export type Edit =
  /** Makes a node make `width` channels; a reshape keeps a size that it leaves open. */
  | { readonly edit: 'width'; readonly at: Path; readonly width: number }
  /** Declares `to` channels where a node, or a model within the model, declares that `from` enter it. */
  | { readonly edit: 'input-width'; readonly at: Path; readonly from: number; readonly to: number }
  /** Declares the shape of an input, batch first. */
  | { readonly edit: 'input-shape'; readonly at: Path; readonly shape: Shape }
  /** Gives a node these numbers as its bias, which it may not have had. */
  | { readonly edit: 'bias'; readonly node: GraphNode; readonly values: Float32Array }
  /** Takes the activation at the end of a node away; nothing is left of one that is an activation only. */
  | { readonly edit: 'linear'; readonly at: Path };
