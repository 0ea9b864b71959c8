import type { Flow } from '../op/op';
import type { Op } from '../op/op';
import type { Shape } from '../shape';
import { expandedShape, reducedShape, slicedShape, squeezedShape } from './axes';
import { attention, einsum, multiHeadAttention } from './attention';
import { convolution, depthwise, transposed } from './convolution';
import { product, UNKNOWN, without, type Figures } from './infer';
import { concatenate, dot, elementwise } from './merging';
import { globalPooling, pooling } from './pooling';
import { augmented, categories, resized } from './preprocessing';
import { bidirectional, convolutionLstm, ofCells, recurrent, timeDistributed } from './recurrent';
import { embedding, flatten, margins, permute, repeat, reshape, upsampling } from './reshaping';

function inferOp(op: Op, inputs: readonly Shape[]): Figures {
  const figures = figuresOf(op, inputs);
  const sound = (shape: Shape | null): Shape | null =>
    shape?.every((size) => size === null || (Number.isInteger(size) && size >= 0)) ? shape : null;
  const counted = figures.macs !== null && Number.isSafeInteger(figures.macs) && figures.macs >= 0;
  const more = figures.more?.map(sound);
  return { shape: sound(figures.shape), macs: counted ? figures.macs : null, ...(more ? { more } : {}) };
}

const inferBidirectional = bidirectional(inferOp);
const inferTimeDistributed = timeDistributed(inferOp, inferModel);

function figuresOf(op: Op, inputs: readonly Shape[]): Figures {
  const [input] = inputs;
  switch (op.kind) {
    case 'input':
    case 'activation':
    case 'softmax':
    case 'prelu':
    case 'noise':
    case 'identity':
    case 'element-function':
    case 'batch-normalization':
    case 'layer-normalization':
    case 'group-normalization':
    case 'unit-normalization':
    case 'rms-normalization':
    case 'layer-scale':
    case 'rescaling':
    case 'standardization':
    case 'masking':
      return input ? without([...input]) : UNKNOWN;
    case 'dense': {
      if (!input || input.length === 0) return UNKNOWN;
      const units = op.units ?? NaN;
      return { shape: [...input.slice(0, -1), units], macs: product([...input.slice(1), units]) };
    }
    case 'conv':
      return convolution(op, inputs);
    case 'transposed-conv':
      return transposed(op, inputs);
    case 'depthwise-conv':
    case 'separable-conv':
      return depthwise(op, inputs);
    case 'merge':
      return elementwise(op, inputs);
    case 'reduce':
      return without(reducedShape(op, input));
    case 'slice':
      return without(slicedShape(op, input));
    case 'expand':
      return without(expandedShape(op, input));
    case 'squeeze':
      return without(squeezedShape(op, input));
    case 'concat':
      return concatenate(op, inputs);
    case 'dot':
      return dot(op, inputs);
    case 'pool':
      return pooling(op, inputs);
    case 'global-pool':
      return globalPooling(op, inputs);
    case 'pad':
    case 'crop':
      return margins(op, inputs);
    case 'upsample':
      return upsampling(op, inputs);
    case 'reshape':
      return reshape(op, inputs);
    case 'permute':
      return permute(op, inputs);
    case 'flatten':
      return flatten(op, inputs);
    case 'repeat':
      return repeat(op, inputs);
    case 'embedding':
      return embedding(op, inputs);
    case 'recurrent':
      return recurrent(op, inputs);
    case 'conv-lstm':
      return convolutionLstm(op, inputs);
    case 'cells':
      return ofCells(op, inputs);
    case 'bidirectional':
      return inferBidirectional(op, inputs);
    case 'time-distributed':
      return inferTimeDistributed(op, inputs);
    case 'resize':
      return resized(op, inputs);
    case 'augment':
      return augmented(op, inputs);
    case 'category-encoding':
      return categories(op, inputs);
    case 'attention':
      return attention(op, inputs);
    case 'multi-head-attention':
      return multiHeadAttention(op, inputs);
    case 'einsum':
      return einsum(op, inputs);
    case 'unknown':
      return UNKNOWN;
  }
}

/** Infers a whole model with one input and one output as one layer. */
function inferModel(model: Flow, input: Shape): Figures {
  const [taking, ...others] = model.inputCalls;
  const [result] = model.results;
  if (taking === undefined || others.length > 0 || !result) return UNKNOWN;
  const calls = inferCalls(model, new Map([[taking, input]]));
  const macs = calls.reduce<number | null>((sum, call) => add(sum, call.macs), 0);
  return { shape: resultOf(calls[result.call]!, result.output), macs };
}

/**
 * Infers the first result's shape and the MACs of every call, by index in `calls`. Starts from the declared input
 * shapes.
 * @param given other shapes of inputs, by the calls that take them
 */
export function inferCalls(flow: Flow, given?: ReadonlyMap<number, Shape>): readonly Figures[] {
  const known = given ? undefined : inferred.get(flow);
  if (known) return known;
  const figures = follow(flow, given);
  if (!given) inferred.set(flow, figures);
  return figures;
}

/** Caches the figures for the declared shapes of a model, since many questions need them. */
const inferred = new WeakMap<Flow, readonly Figures[]>();

function follow({ nodes, calls }: Flow, given: ReadonlyMap<number, Shape> | undefined): Figures[] {
  const done: Figures[] = [];
  for (const [i, { node, inputs }] of calls.entries()) {
    const { op, inputShape: declared } = nodes[node]!;
    const placed = inputs.filter(({ keyword }) => keyword === undefined);
    const fed = placed.length
      ? placed.map(({ call, output }) => resultOf(done[call]!, output))
      : [given?.get(i) ?? declared];
    const shapes = fed.filter((shape) => shape !== null);
    done.push(shapes.length === fed.length ? inferOp(op, shapes) : UNKNOWN);
  }
  return done;
}

const resultOf = ({ shape, more }: Figures, output: number): Shape | null =>
  output === 0 ? shape : (more?.[output - 1] ?? null);

/**
 * Infers the output shape and MACs of every node: the shape of its first call, and the MACs of all its calls together. A
 * node that leads to no output has no shape and no MACs.
 * @param given see `inferCalls`
 */
export function inferFigures(flow: Flow, given?: ReadonlyMap<number, Shape>): Figures[] {
  const figures = inferCalls(flow, given);
  return flow.nodes.map(({ calls }) => {
    const [first] = calls;
    const macs = calls.reduce<number | null>((sum, call) => add(sum, figures[call]!.macs), 0);
    return { shape: first === undefined ? null : figures[first]!.shape, macs };
  });
}

const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
