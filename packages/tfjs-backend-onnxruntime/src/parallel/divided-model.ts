import type { FusedUpdate } from '../fused-update/split';
import type { NativeType } from '../graph/native-types';
import type { PreparedStages } from '../sessions/compiled-graph';

/** A tensor that the workers receive or return. */
export interface Port {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
}

/** An input of a graph. */
export interface InputPort extends Port {
  /** True if each share has its own rows of the input. */
  readonly divided: boolean;
  /** Index of the update whose weight this is; -1 if there is none. */
  readonly weightOf: number;
}

/** An Adam update after the graph. */
export interface DividedUpdate {
  readonly update: FusedUpdate;
  /** Index of the output that is the gradient. */
  readonly gradient: number;
  /** Number of elements of the weight. */
  readonly length: number;
}

/** A graph in stages, with its inputs, outputs and updates. */
export interface DividedModel extends PreparedStages {
  /** Number of shares that each worker computes, one after the other. */
  readonly microBatches: number;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly Port[];
  readonly fusedUpdates: readonly DividedUpdate[];
}
