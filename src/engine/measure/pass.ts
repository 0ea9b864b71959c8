import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { padded, type Batch } from '../dataset/examples';
import type { TaskedNetwork } from './tasked-network';

/** Traces the pass of a network to its scores for batches of one size. Each row of each input is an example. */
export function tracedScores(tasked: TaskedNetwork, size: number): TracedFunction {
  const shapes = tasked.shapesOf(size);
  return trace((...inputs) => tasked.scoresOf(inputs), shapes, { examples: shapes.map((_, i) => i) });
}

/** Returns what enters each input for a batch, filled up to `size` examples. */
export const paddedInputs = (tasked: TaskedNetwork, batch: Batch, size: number): Float32Array[] =>
  tasked.inputsOf(batch).map((values) => padded(values, batch.count, size));
