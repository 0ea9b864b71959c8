import type { ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { ResizeRule } from '../../graph/operations';
import type { PendingValue, Value } from '../../graph/value';
import type { Emission } from '../emission';

/** The two pixels along one axis that a pixel of the result reads, and the share of the second. */
interface Source {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/** Computes the sources as the cpu kernels do. With half-pixel centers these extrapolate beyond the first pixel. */
function sources({ method, alignCorners, halfPixelCenters }: ResizeRule, from: number, to: number): Source[] {
  const aligned = alignCorners && to > 1;
  const ratio = (aligned ? from - 1 : from) / (aligned ? to - 1 : to);
  return Array.from({ length: to }, (_, position) => {
    if (method === 'nearest') {
      const exact = ratio * (halfPixelCenters ? position + 0.5 : position);
      const nearest = Math.max(0, Math.min(from - 1, alignCorners ? Math.round(exact) : Math.floor(exact)));
      return { first: nearest, second: nearest, share: 0 };
    }
    const exact = halfPixelCenters ? ratio * (position + 0.5) - 0.5 : ratio * position;
    const first = Math.max(0, Math.floor(exact));
    return { first, second: Math.min(from - 1, Math.ceil(exact)), share: exact - first };
  });
}

/**
 * Builds the matrix of one axis: one row per pixel of the result, one column per pixel of the source; transposed for
 * the gradient.
 */
function weights(rule: ResizeRule, from: number, to: number, transposed: boolean): Float32Array<ArrayBuffer> {
  const matrix = new Float32Array(from * to);
  for (const [position, { first, second, share }] of sources(rule, from, to).entries()) {
    const at = (pixel: number): number => (transposed ? pixel * to + position : position * from + pixel);
    matrix[at(first)]! += 1 - share;
    matrix[at(second)]! += share;
  }
  return matrix;
}

/** True if each pixel is repeated a whole number of times, without any shift. */
function isPlain({ alignCorners, halfPixelCenters }: ResizeRule, scales: readonly number[]): boolean {
  return !alignCorners && !halfPixelCenters && scales.every((scale) => Number.isInteger(scale));
}

/** Enlarges an image in blocks by whole factors. */
export function enlarged(
  { builder }: Emission,
  image: ValueName,
  scales: readonly [number, number],
  mode: 'nearest' | 'linear' = 'nearest',
): ValueName {
  return builder.blocked('Upsample', [image], { scales: [1, 1, ...scales], mode });
}

/**
 * Emits a resize. ONNX Runtime enlarges whole blocks. Otherwise nearest pixels are gathered, and bilinear ones are
 * products with a small matrix for the columns and one for the rows.
 */
export function emitResize(emission: Emission, value: PendingValue<'Resize'>): void {
  const { rule } = value.node.operation.attributes;
  const [, h, w] = value.node.inputShapes[0] as readonly [number, number, number, number];
  const [, height, width] = value.shape as readonly [number, number, number, number];
  const [input] = value.node.inputs as [Value];
  const scales = [height / h, width / w] as const;
  const inBlocks = emission.isBlockedOnly(input) && sameShape(value.node.inputShapes[0]!, input.shape);
  if (inBlocks && isPlain(rule, scales)) {
    const mode = rule.method === 'bilinear' ? 'linear' : 'nearest';
    emission.setBlocked(value, enlarged(emission, emission.blocked(input), scales, mode));
    return;
  }
  if (rule.method === 'bilinear') {
    resample(emission, value, weights(rule, h, height, false), weights(rule, w, width, false));
    return;
  }
  const { builder } = emission;
  const pick = (input: ValueName, axis: number, from: number, to: number): ValueName => {
    const indices = Int32Array.from(sources(rule, from, to), ({ first }) => first);
    return builder.op('Gather', [input, builder.constant('int32', [to], indices)], { axis });
  };
  const columns = pick(emission.flat(input, value.node.inputShapes[0]), 2, w, width);
  emission.setFlat(value, pick(columns, 1, h, height));
}

export function emitResizeGradient(emission: Emission, value: PendingValue<'ResizeGradient'>): void {
  const { rule } = value.node.operation.attributes;
  const [, height, width] = value.node.inputShapes[0] as readonly [number, number, number, number];
  const [, h, w] = value.shape as readonly [number, number, number, number];
  resample(emission, value, weights(rule, h, height, true), weights(rule, w, width, true));
}

function resample(
  emission: Emission,
  value: PendingValue<'Resize' | 'ResizeGradient'>,
  rowWeights: Float32Array<ArrayBuffer>,
  columnWeights: Float32Array<ArrayBuffer>,
): void {
  const { builder } = emission;
  const [input] = value.node.inputs as [Value];
  const shape = value.node.inputShapes[0] as readonly [number, number, number, number];
  const inBlocks = emission.isBlockedOnly(input) && sameShape(shape, input.shape);
  const [, h, w] = shape;
  // Each block of channels counts as an image.
  const [n, c] = inBlocks ? [(shape[0] * shape[3]) / emission.block, emission.block] : [shape[0], shape[3]];
  const [, height, width] = value.shape as readonly [number, number, number, number];
  const rows = (input: ValueName, columns: number): ValueName => {
    const matrix = builder.constant('float32', [height, h], rowWeights);
    return builder.op('MatMul', [matrix, builder.reshape(input, [n, h, columns * c])]);
  };
  const columns = (input: ValueName, height: number): ValueName => {
    const matrix = builder.constant('float32', [width, w], columnWeights);
    return builder.op('MatMul', [matrix, builder.reshape(input, [n * height, w, c])]);
  };
  const image = inBlocks ? emission.blocked(input) : emission.flat(input, shape);
  const result = height > h ? rows(columns(image, h), width) : columns(rows(image, w), height);
  if (inBlocks) emission.setBlocked(value, builder.reshape(result, [shape[0], shape[3], height, width]));
  else emission.setFlat(value, builder.reshape(result, value.shape));
}
