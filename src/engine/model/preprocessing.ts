import type { ModelContent } from '../checkpoint/types';
import { readGraph } from './graph';
import type { GraphNode } from './model-graph';
import type { Op } from './op/op';
import type { TensorRole } from './roles';

/** The largest result for the pixel 255 in preprocessing that takes raw pixels. */
const LARGEST_RESULT = 32;

/**
 * Finds the layer at the start of a model that takes raw pixels, 0 to 255: Rescaling, or Normalization (Keras). Skips
 * layers that only move pixels, and looks into a nested model.
 * Null where the model begins with another layer, or with one that maps 0 to 255 to large values, so that it must expect
 * smaller pixels.
 */
export function rawPixelLayer(model: ModelContent): string | null {
  const { nodes, calls, inputCalls } = readGraph(model);
  const [input] = inputCalls;
  if (input === undefined || inputCalls.length !== 1) return null;
  const readers = calls.map((): number[] => []);
  for (const [i, { inputs }] of calls.entries()) for (const { call } of inputs) readers[call]!.push(i);
  const found: GraphNode[] = [];
  const seen = new Set<number>();
  const open = [input];
  for (let call = open.pop(); call !== undefined; call = open.pop()) {
    if (seen.has(call)) continue;
    seen.add(call);
    const node = nodes[calls[call]!.node]!;
    if (carries(node.op)) open.push(...readers[call]!);
    else found.push(node);
  }
  const name = found[0]?.name;
  return name !== undefined && found.every(takesRawPixels) ? name : null;
}

/** Tells whether an op moves, repeats or drops pixels at inference, without changing their values. */
function carries(op: Op): boolean {
  switch (op.kind) {
    case 'input':
    case 'reshape':
    case 'flatten':
    case 'permute':
    case 'repeat':
    case 'identity':
    case 'noise':
    case 'pad':
    case 'crop':
    case 'resize':
    case 'upsample':
      return true;
    case 'augment':
      return op.moves;
    default:
      return false;
  }
}

function takesRawPixels({ op, tensors }: GraphNode): boolean {
  if (op.kind === 'rescaling') return Math.abs(255 * (op.scale ?? NaN) + (op.offset ?? 0)) <= LARGEST_RESULT;
  if (op.kind !== 'standardization' || op.inverse) return false;
  const stored = (wanted: TensorRole) => tensors.find(({ role }) => role === wanted)?.tensor.data[0];
  const [mean, variance] = [op.mean?.[0] ?? stored('mean'), op.variance?.[0] ?? stored('variance')];
  // Unknown statistics are those of pixels, since the layer is adapted to the inputs of the model.
  if (mean === undefined || variance === undefined) return true;
  return Math.abs(255 - mean) / Math.sqrt(Math.max(variance, 1e-14)) <= LARGEST_RESULT;
}
