import type { Tensor } from '../../checkpoint/types';
import type { Edit } from '../../model/edit/edit';
import type { GraphNode } from '../../model/model-graph';

/** One merge: a layer goes, and others compute what it did. */
export interface Move {
  readonly gone: GraphNode;
  readonly state: 'merged' | 'dropped';
  /** The layers that compute it now; none where it computed nothing. */
  readonly into: readonly GraphNode[];
  readonly edits: readonly Edit[];
  /** Tensors with new values. */
  readonly tensors: readonly Tensor[];
}

/** The moves of one kind that a model allows, and the reasons why other layers stay, by `pathKey`. */
export interface Moves {
  readonly moves: readonly Move[];
  readonly reasons: ReadonlyMap<string, string>;
}
