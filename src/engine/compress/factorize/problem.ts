import type { GraphNode, ModelGraph } from '../../model/model-graph';
import type { OpOf } from '../../model/op/op';
import { tf } from '../../tf';
import { computed, product } from '../backend-matrix';
import { choleskyOf, identity, matrix, transposed, type Eigen, type Matrix } from '../matrix';
import { eigenWithin } from './top-eigen';
import type { FloatWeights } from '../reshape/kernels';

/** A layer that can be factorized, with the place of its weights. */
export interface Candidate {
  readonly node: GraphNode;
  readonly op: OpOf<'dense'> | OpOf<'conv'>;
  readonly kernel: FloatWeights;
  readonly bias: FloatWeights | undefined;
}

/** The facts about the inputs of a layer, as rows of the matrix X that its kernel multiplies. */
export interface InputStatistics {
  /** Means, 1 x inputs of the kernel, all 0 where none are taken off; null where only outputs are known. */
  readonly mean: Float64Array | null;
  /** Covariance, or second moments where no means are taken off; null where it would be too large. */
  readonly covariance: Matrix | null;
  /** The same of X times the kernel, outputs x outputs; null where it follows from that of the inputs. */
  readonly outputs: Matrix | null;
  /** Means of X times the kernel. */
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
  /** The decomposition of the covariance of the outputs. */
  readonly eigen: Eigen;
  /** Variance of all outputs together. */
  readonly total: number;
  /** Numbers of positions, all calls together: of the outputs, of the inputs, and of the inputs for each output along each axis. */
  readonly positions: { readonly outputs: number; readonly inputs: number; readonly each: readonly number[] };
}

/** Makes the problem of a layer. */
export async function problemOf(
  graph: ModelGraph,
  candidate: Candidate,
  statistics: InputStatistics,
): Promise<Problem> {
  const { node, op, kernel } = candidate;
  const { shape, data } = kernel.tensor;
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  const rows = data.length / outputs;
  const weights = () => matrix(rows, outputs, data);
  const { eigen, total } = await outputEigen(statistics, weights);
  const positions = node.macs === null ? 1 : node.macs / data.length;
  const each = op.kind === 'dense' ? [] : inputsPerOutput(graph, node, op);
  return {
    ...{ ...candidate, ...statistics, eigen, total, channels: [inputs, outputs] },
    window: shape.slice(0, -2),
    ...{ rows, columns: outputs },
    matrix: weights,
    positions: { outputs: positions, inputs: positions * each.reduce((all, one) => all * one, 1), each },
  };
}

/** Decomposes the covariance of the outputs, from the side of the inputs where these are fewer. */
async function outputEigen({ covariance, outputs }: InputStatistics, weights: () => Matrix) {
  if (outputs) return { eigen: await eigenWithin(outputs), total: traceOf(outputs) };
  const kernel = weights();
  if (!covariance) throw new Error('neither inputs nor outputs of a layer are known');
  if (kernel.rows >= kernel.columns) {
    const gram = await product(kernel, await product(covariance, kernel), true);
    return { eigen: await eigenWithin(gram), total: traceOf(gram) };
  }
  const turned = await product(choleskyOf(covariance), kernel, true);
  const gram = await product(turned, transposed(turned));
  const { values, vectors } = await eigenWithin(gram);
  const directions = await product(turned, vectors, true);
  for (let i = 0; i < directions.rows; i++)
    for (let j = 0; j < directions.columns; j++)
      directions.data[i * directions.columns + j]! /= Math.sqrt(Math.max(values[j]!, values[0]! * 1e-12, 1e-30));
  return { eigen: { values, vectors: directions }, total: traceOf(gram) };
}

function traceOf({ rows, data }: Matrix): number {
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += data[i * rows + i]!;
  return trace;
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
export async function withoutData(candidate: Candidate, most: number): Promise<InputStatistics> {
  const { tensor } = candidate.kernel;
  const rows = tensor.data.length / tensor.shape.at(-1)!;
  const outputMean = new Float64Array(tensor.shape.at(-1)!);
  if (rows > most) return { mean: null, covariance: null, outputs: await gramOf(tensor, 'outputs'), outputMean };
  return { mean: new Float64Array(rows), covariance: identity(rows), outputs: null, outputMean };
}

/** Statistics of a layer whose input covariance is known. */
export async function fromInputs(
  { kernel: { tensor } }: Candidate,
  mean: Float64Array,
  covariance: Matrix,
): Promise<InputStatistics> {
  const kernel = matrix(covariance.rows, tensor.shape.at(-1)!, tensor.data);
  const means = await product(matrix(1, mean.length, mean), kernel);
  return { mean, covariance, outputMean: means.data, outputs: null };
}

/** Multiplies a kernel, as inputs by outputs, with itself: outputs x outputs or inputs x inputs. */
export function gramOf({ shape, data }: FloatWeights['tensor'], of: 'inputs' | 'outputs'): Promise<Matrix> {
  const outputs = shape.at(-1)!;
  return computed(() => {
    const kernel = tf.tensor2d(data, [data.length / outputs, outputs]);
    return tf.matMul(kernel, kernel, of === 'outputs', of === 'inputs');
  });
}
