import type { GraphTensor } from '../model/model-graph';
import { NoOperator } from './values';

/** The weights of a recurrent layer, as Keras has them. */
export interface RecurrentWeights {
  readonly kernel: Float32Array;
  readonly recurrent: Float32Array;
  /** One list for both products, or one after the other where a GRU resets after the product. */
  readonly bias: Float32Array | undefined;
}

/** Finds the weights of a recurrent layer by their roles. @throws NoOperator */
export function recurrentWeights(tensors: readonly GraphTensor[]): RecurrentWeights {
  const of = (role: string): Float32Array | undefined => {
    const data = tensors.find((one) => one.role === role)?.tensor.data;
    return data instanceof Float32Array ? data : undefined;
  };
  const [kernel, recurrent] = [of('kernel'), of('recurrent-kernel')];
  if (!kernel || !recurrent) throw new NoOperator('has no kernels of float32');
  return { kernel, recurrent, bias: of('bias') };
}

/** Parts of the name of a weight that tell its direction: `forward_lstm`, `backward_layer`. */
const DIRECTION = /(?:^|\/)(forward|backward)_[^/]*(?=\/)/g;

/** Finds the weights of both directions by their names. @throws NoOperator */
export function bidirectionalWeights(
  tensors: readonly GraphTensor[],
): Readonly<Record<'forward' | 'backward', RecurrentWeights>> {
  const directionOf = ({ tensor }: GraphTensor) => [...tensor.name.matchAll(DIRECTION)].at(-1)?.[1];
  const of = (direction: string): GraphTensor[] => tensors.filter((one) => directionOf(one) === direction);
  const [forward, backward] = [of('forward'), of('backward')];
  if (forward.length !== backward.length || 2 * forward.length !== tensors.length)
    throw new NoOperator('has weights whose direction is unknown');
  return { forward: recurrentWeights(forward), backward: recurrentWeights(backward) };
}
