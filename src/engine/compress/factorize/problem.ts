import type { GraphNode, ModelGraph } from '../../model/model-graph';
import type { OpOf } from '../../model/op/op';
import { tf } from '../../tf';
import { computed, onBackend } from '../backend-matrix';
import { matrix, type Matrix } from '../matrix';
import type { FloatTensor } from '../reshape/kernels';

/** A layer that can be factorized, with the place of its weights. */
export interface Candidate {
  readonly node: GraphNode;
  readonly op: OpOf<'dense'> | OpOf<'conv'>;
  readonly kernel: FloatTensor;
  readonly bias: FloatTensor | undefined;
}

/** What is known of the inputs of a layer, as rows of the matrix X that its kernel multiplies. */
export interface InputStatistics {
  /** Means, 1 x inputs of the kernel, all 0 where none are taken off; null where only outputs are known. */
  readonly mean: Float64Array | null;
  /** Covariance, or second moments where no means are taken off; null where it would be too large. */
  readonly covariance: Matrix | null;
  /** The same of X times the kernel, outputs x outputs, and its means. */
  readonly outputs: Matrix;
  readonly outputMean: Float64Array;
}

/** A layer to factorize: a product with a kernel, and what its inputs look like. */
export interface Problem extends InputStatistics, Candidate {
  /** Sizes of the window; empty for a dense layer. */
  readonly window: readonly number[];
  /** Channels that enter and leave. */
  readonly channels: readonly [number, number];
  /** Numbers of inputs of the kernel, window and channels together, and of its outputs. */
  readonly rows: number;
  readonly columns: number;
  /** The kernel as such a matrix. Call it only where its inputs are known: it may be large. */
  readonly matrix: () => Matrix;
  /** Variance of all outputs together. */
  readonly total: number;
  /** Numbers of positions, all calls together: of the outputs, and of the inputs for each output along each axis. */
  readonly positions: { readonly outputs: number; readonly each: readonly number[] };
}

/** Makes the problem of a layer. */
export function problemOf(graph: ModelGraph, candidate: Candidate, statistics: InputStatistics): Problem {
  const { node, op, kernel } = candidate;
  const { shape, data } = kernel.tensor;
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  const rows = data.length / outputs;
  const { outputs: gram } = statistics;
  let total = 0;
  for (let i = 0; i < outputs; i++) total += gram.data[i * outputs + i]!;
  return {
    ...{ ...candidate, ...statistics, total, channels: [inputs, outputs] },
    window: shape.slice(0, -2),
    ...{ rows, columns: outputs },
    matrix: () => matrix(rows, outputs, data),
    positions: {
      outputs: node.macs === null ? 1 : node.macs / data.length,
      each: op.kind === 'dense' ? [] : inputsPerOutput(graph, node, op),
    },
  };
}

/** Divides the length of each axis of the input by that of the output; by default this is the stride. */
function inputsPerOutput(graph: ModelGraph, node: GraphNode, { window, rank }: OpOf<'conv'>): number[] {
  const [first] = node.calls;
  const feed = first === undefined ? undefined : graph.calls[first]!.inputs[0];
  const from = feed ? graph.calls[feed.call]!.shape : node.inputShape;
  const to = node.outputShape;
  return Array.from({ length: rank }, (_, axis) => {
    const [a, b] = [from?.[axis + 1], to?.[axis + 1]];
    return a && b ? a / b : (window.strides?.[axis] ?? 1);
  });
}

/** Statistics of inputs that are not known: each input varies as much as any other, and none depends on another. */
export async function withoutData({ kernel: { tensor } }: Candidate, most: number): Promise<InputStatistics> {
  const outputs = tensor.shape.at(-1)!;
  const rows = tensor.data.length / outputs;
  const identity = rows > most ? null : matrix(rows, rows);
  if (identity) for (let i = 0; i < rows; i++) identity.data[i * rows + i] = 1;
  return {
    mean: identity && new Float64Array(rows),
    outputMean: new Float64Array(outputs),
    covariance: identity,
    outputs: await gramOf(tensor, 'outputs'),
  };
}

/** Statistics of a layer whose input covariance is known. */
export async function fromInputs(
  { kernel: { tensor } }: Candidate,
  mean: Float64Array,
  covariance: Matrix,
): Promise<InputStatistics> {
  const shape: [number, number] = [covariance.rows, tensor.shape.at(-1)!];
  const outputs = await computed(() => {
    const kernel = tf.tensor2d(tensor.data, shape);
    return tf.matMul(kernel, tf.matMul(onBackend(covariance), kernel), true);
  });
  const means = await computed(() =>
    tf.matMul(onBackend(matrix(1, mean.length, mean)), tf.tensor2d(tensor.data, shape)),
  );
  return { mean, covariance, outputMean: means.data, outputs };
}

/** Multiplies a kernel, as inputs by outputs, with itself: outputs x outputs or inputs x inputs. */
export function gramOf({ shape, data }: FloatTensor['tensor'], of: 'inputs' | 'outputs'): Promise<Matrix> {
  const outputs = shape.at(-1)!;
  return computed(() => {
    const kernel = tf.tensor2d(data, [data.length / outputs, outputs]);
    return tf.matMul(kernel, kernel, of === 'outputs', of === 'inputs');
  });
}
