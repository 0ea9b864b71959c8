import type { LayersModel } from '../tfjs-layers';
import type { Draw } from './draw';

/** Mean and variance of each feature. */
export interface Scaling {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** The decisions that data and options leave to an architecture. */
export interface Plan {
  readonly draw: Draw;
  /** Shape of one example. */
  readonly input: readonly number[];
  /** Numbers that the network answers with, for example one score for each class. */
  readonly outputs: number;
  /** Factor of all filters. */
  readonly width: number;
  /** Units of the hidden layers. */
  readonly units: readonly number[];
  /** Function of the answers: none, or sigmoid for answers that are each a probability. */
  readonly activation: 'linear' | 'sigmoid';
  /** Scaling of features that are no pixels. */
  readonly scaling: Scaling | undefined;
}

/** Builds a network with random weights. */
export type Build = (plan: Plan) => LayersModel;
