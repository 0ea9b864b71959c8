import { isFloat } from '../../checkpoint/values';
import type { Edit } from '../../model/edit/edit';
import type { GraphNode } from '../../model/model-graph';
import type { Op } from '../../model/op/op';
import type { Window } from '../../model/op/attributes';
import { isAllFinite } from '../value-range';
import { inputOf, outputOf, outputsOf, weightsOf } from '../reshape/kernels';
import { pathKey } from '../reshape/layered';
import type { Links } from '../reshape/links';
import type { Move, Moves } from './move';

/** The function of a batch normalization at inference: `x * scale + shift`, for each channel. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * Finds batch normalizations that can be folded: into the layer before them, whose output channels they scale and shift (Jacob
 * et al. 2018), or else into all layers that read them.
 */
export function normalizationMoves(links: Links, open: (node: GraphNode) => boolean): Moves {
  const moves: Move[] = [];
  const reasons = new Map<string, string>();
  const busy = new Set<GraphNode>();
  for (const gone of links.graph.nodes) {
    if (gone.op.kind !== 'batch-normalization' || !open(gone)) continue;
    const move = moveOf(gone, links, open);
    const parts = typeof move === 'string' ? [] : move.into;
    if (typeof move === 'string') reasons.set(pathKey(gone), move);
    // Several normalizations may want the same layer: the others follow later.
    else if (!parts.some((one) => busy.has(one))) moves.push(move);
    for (const one of parts) busy.add(one);
  }
  return { moves, reasons };
}

function moveOf(gone: GraphNode, links: Links, open: (node: GraphNode) => boolean): Move | string {
  if (gone.calls.length === 0) return 'no output of the model depends on it';
  const affine = affineOf(gone);
  if (typeof affine === 'string') return affine;
  if (links.readersOf(gone).ends && links.graph.outputs > 1) return 'data and losses name an output after it';
  const back = foldedBack(gone, affine, links, open);
  if (typeof back !== 'string') return back;
  const on = foldedOn(gone, affine, links, open);
  return typeof on === 'string' ? `${back}, and ${on}` : on;
}

function affineOf({ op, outputShape, tensors }: GraphNode): Affine | string {
  if (op.kind !== 'batch-normalization') throw new Error('only normalizations are folded');
  const { axis, epsilon } = op;
  if (axis === null || (axis !== -1 && axis !== (outputShape?.length ?? NaN) - 1))
    return 'it normalizes along another axis than that of the channels';
  const of = (role: string) => tensors.find((one) => one.role === role)?.tensor;
  const [mean, variance] = [of('mean'), of('variance')];
  if (!mean || !variance) return 'its statistics are not in the file';
  if (!tensors.every(({ tensor }) => isFloat(tensor) && isAllFinite(tensor)))
    return 'its weights are not all finite numbers';
  const [gamma, beta] = [of('scale')?.data, of('offset')?.data];
  const scale = Float64Array.from(variance.data, (one, i) => (gamma?.[i] ?? 1) / Math.sqrt(one + epsilon));
  if (!scale.every(Number.isFinite)) return 'one of its variances is negative or 0';
  const shift = Float64Array.from(mean.data, (one, i) => (beta?.[i] ?? 0) - one * scale[i]!);
  return { scale, shift };
}

const PRODUCTS: ReadonlySet<Op['kind']> = new Set(['dense', 'conv', 'transposed-conv', 'depthwise-conv', 'separable-conv']); // prettier-ignore

/** Folds a normalization into the layer before it; a reason where that cannot be. */
function foldedBack(gone: GraphNode, { scale, shift }: Affine, links: Links, open: (node: GraphNode) => boolean) {
  const feeder = links.feeder(gone);
  if (!feeder || !PRODUCTS.has(feeder.op.kind)) return 'no convolution or dense layer comes right before it';
  const { op, name } = feeder;
  if ('activation' in op && op.activation !== 'linear') return `the activation ${op.activation} of "${name}" comes before it`; // prettier-ignore
  if (isTurned(op)) return `"${name}" before it has its channels first`;
  if (links.soleReader(feeder) !== gone) return `the output of "${name}" is read elsewhere too`;
  if (!open(feeder)) return `"${name}" before it is protected`;
  const weights = weightsOf(feeder);
  if (typeof weights === 'string') return `"${name}" before it ${weights}`;
  const { kernel, bias } = weights;
  const channel = outputOf(kernel);
  const { data } = kernel.tensor;
  const values = Float32Array.from(data, (weight, place) => weight * scale[channel(place)]!);
  const biases = Float32Array.from(shift, (one, i) => (bias?.tensor.data[i] ?? 0) * scale[i]! + one);
  return moved(gone, [{ node: feeder, tensor: { ...kernel.tensor, data: values }, biases }]);
}

/** Folds a normalization into all layers that read it; a reason where that cannot be. */
function foldedOn(gone: GraphNode, { scale, shift }: Affine, links: Links, open: (node: GraphNode) => boolean) {
  const { nodes, ends } = links.readersOf(gone);
  if (ends) return 'an output of the model follows it';
  const changes: Change[] = [];
  for (const place of nodes) {
    const reader = links.graph.nodes[place]!;
    const { op, name } = reader;
    if ((op.kind !== 'dense' && op.kind !== 'conv' && op.kind !== 'depthwise-conv') || !links.readsOnly(reader, gone))
      return `"${name}" behind it is neither a convolution nor a dense layer`;
    if (op.kind !== 'dense' && !isUnpadded(op.window) && shift.some((one) => one !== 0))
      return `"${name}" behind it pads its input with zeros`;
    if (isTurned(op)) return `"${name}" behind it has its channels first`;
    if (!open(reader)) return `"${name}" behind it is protected`;
    const weights = weightsOf(reader);
    if (typeof weights === 'string') return `"${name}" behind it ${weights}`;
    const { kernel, bias } = weights;
    const [input, output] = [inputOf(reader, kernel), outputOf(kernel)];
    if (!input) return `the groups of "${name}" behind it share an axis`;
    const { data } = kernel.tensor;
    const biases = Float64Array.from(bias?.tensor.data ?? new Float64Array(outputsOf(kernel)));
    data.forEach((weight, place) => {
      biases[output(place)]! += weight * shift[input(place)]!;
    });
    const values = Float32Array.from(data, (weight, place) => weight * scale[input(place)]!);
    changes.push({ node: reader, tensor: { ...kernel.tensor, data: values }, biases: Float32Array.from(biases) });
  }
  return changes.length === 0 ? 'nothing reads it' : moved(gone, changes);
}

/** Tells whether the channels of an image are not its last axis, along which normalizations are folded. */
const isTurned = ({ kind, channelsFirst }: Op): boolean => kind !== 'dense' && channelsFirst;

/** Tells whether a window never reaches beyond the edges of its input. */
export const isUnpadded = ({ padding, size }: Window): boolean =>
  padding === 'valid' || (size?.every((one) => one === 1) ?? false);

interface Change {
  readonly node: GraphNode;
  readonly tensor: Move['tensors'][number];
  readonly biases: Float32Array;
}

function moved(gone: GraphNode, changes: readonly Change[]): Move {
  const biases = changes
    .filter(({ node, biases: own }) => own.some((one) => one !== 0) || node.tensors.some(({ role }) => role === 'bias'))
    .map(({ node, biases: values }): Edit => ({ edit: 'bias', node, values }));
  return {
    ...{ gone, state: 'merged', into: changes.map(({ node }) => node) },
    edits: [...biases, { edit: 'replace', node: gone, by: [] }],
    tensors: changes.map(({ tensor }) => tensor),
  };
}
