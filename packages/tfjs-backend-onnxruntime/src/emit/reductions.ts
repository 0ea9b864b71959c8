import type { ModelBuilder, ValueName } from '../encoding/model-builder';
import { sameShape, sizeOf } from '../graph/native-types';
import type { PendingValue, Value } from '../graph/value';
import { meanOf, withoutFilling } from './normalization/affine';
import { times } from './normalization/channel-numbers';
import { cast } from './elementwise/primitives';
import type { Emission } from './emission';
import { roundUp } from './convolution/filters';

/** Sums over rows of more elements than this are computed in two halves, one per thread. */
const SPLIT_SUM_ELEMENTS = 1e6;

const REDUCTION_OPERATORS = { Mean: 'ReduceMean', Max: 'ReduceMax', Min: 'ReduceMin', Prod: 'ReduceProd' } as const;

export function emitReduce(emission: Emission, value: PendingValue<'Reduce'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { fn, axes } = operation.attributes;
  const input = inputs[0]!;
  const shape = inputShapes[0]!;
  // The mean of each image is often needed anyway. The gradient of a pool in parts has a smaller image with the same
  // sum.
  const fromImages = fn === 'Mean' || (fn === 'Sum' && (emission.parts(input)?.condensed ?? null) === null);
  if (fromImages && staysBlocked(emission, input, shape, value, axes)) {
    emitImageReduction(emission, value, input, fn, axes);
    return;
  }
  if (fn === 'Sum' && value.dtype === 'float32' && input.dtype === 'float32' && sumsRows(shape, axes)) {
    if (emission.isInBlocks(input) && axes.length === 3 && sameShape(shape, input.shape)) {
      emission.setFlat(value, builder.reshape(sumOfBlocks(emission, input), value.shape));
      return;
    }
    const rows = sizeOf(shape.slice(0, axes.length));
    emission.setFlat(value, builder.reshape(sumOfRows(emission, input, rows), value.shape));
    return;
  }
  if (shape.length === 0) {
    const x = emission.flat(input, shape);
    emission.setFlat(value, input.dtype === value.dtype ? x : cast(builder, x, value.dtype));
    return;
  }
  // Reduce one row of all elements: ONNX Runtime is slow if the last axis has length 1.
  const isOfAll = sizeOf(value.shape) === 1;
  const along = isOfAll ? [0] : axes;
  let x = emission.flat(input, isOfAll ? [sizeOf(shape)] : shape);
  if (fn === 'All' || fn === 'Any') {
    const operator = fn === 'All' ? 'ReduceMin' : 'ReduceMax';
    const reduced = builder.op(operator, [cast(builder, x, 'int32')], { axes: along, keepdims: 0 });
    emission.setFlat(value, builder.reshape(cast(builder, reduced, 'bool'), value.shape));
    return;
  }
  if (input.dtype !== value.dtype) x = cast(builder, x, value.dtype);
  let reduced =
    fn === 'Sum'
      ? builder.op('ReduceSum', [x, builder.ints(...along)], { keepdims: 0 })
      : builder.op(REDUCTION_OPERATORS[fn], [x], { axes: along, keepdims: 0 });
  if ((fn === 'Max' || fn === 'Min') && value.dtype === 'float32') {
    reduced = builder.op('Add', [reduced, nanWhereAny(builder, x, along)]);
  }
  emission.setFlat(value, builder.reshape(reduced, value.shape));
}

/** True if an image in blocks is reduced over the pixels of each image or of all images. */
function staysBlocked(
  emission: Emission,
  input: Value,
  shape: readonly number[],
  value: PendingValue,
  axes: readonly number[],
): boolean {
  const overPixels = sameShape(axes, [0, 1, 2]) || sameShape(axes, [1, 2]);
  if (!overPixels || shape.length !== 4 || input.dtype !== 'float32' || value.dtype !== 'float32') return false;
  return emission.isInBlocks(input) && sameShape(shape, input.shape);
}

function emitImageReduction(
  emission: Emission,
  value: PendingValue,
  input: Value,
  fn: 'Sum' | 'Mean',
  axes: readonly number[],
): void {
  const { builder } = emission;
  const [n, h, w, c] = input.shape as readonly [number, number, number, number];
  const count = sizeOf(input.shape) / sizeOf(value.shape);
  if (axes.length === 3) {
    const scope = emission.reduced.has(value) ? 'all' : 'worker';
    const numbers = meanOf(builder, emission.affine(input), [n, h, w], scope);
    emission.setNumbers(value, fn === 'Mean' ? numbers : times(numbers, { scale: count, factors: [] }));
    return;
  }
  const mean = meansOfImages(emission, input, [n, c]);
  const result = fn === 'Mean' ? mean : builder.op('Mul', [mean, builder.float(count)]);
  emission.setFlat(value, builder.reshape(result, value.shape));
}

/** The mean of each channel of each image, `[n, c]`. */
function meansOfImages(emission: Emission, input: Value, [n, c]: readonly [number, number]): ValueName {
  const { builder } = emission;
  const channels = emission.channelsOf(c);
  const means = builder.blocked('GlobalAveragePool', [emission.blocked(input)]);
  return withoutFilling(builder, builder.reshape(means, [n, channels.filled]), channels);
}

/** NaN if any reduced element is NaN, else 0. The native extrema skip NaN; those of tfjs do not. */
function nanWhereAny(builder: ModelBuilder, x: ValueName, axes: readonly number[]): ValueName {
  const marks = builder.op('Where', [builder.op('IsNaN', [x]), builder.float(Number.NaN), builder.float(0)]);
  return builder.op('ReduceSum', [marks, builder.ints(...axes)], { keepdims: 0 });
}

/** True if the axes are the leading ones and the rest is large enough for a matrix product. */
function sumsRows(shape: readonly number[], axes: readonly number[]): boolean {
  const leading = axes.length > 0 && axes.length < shape.length && axes.every((axis, position) => axis === position);
  return leading && sizeOf(shape.slice(0, axes.length)) > 1 && sizeOf(shape.slice(axes.length)) > 1;
}

/** Sums all rows by a product with a row of ones: ReduceSum over leading axes is slow on several threads. */
function sumOfRows(emission: Emission, input: Value, rows: number): ValueName {
  const { builder, threads } = emission;
  const columns = sizeOf(input.shape) / rows;
  if (threads === 1 || rows * columns <= SPLIT_SUM_ELEMENTS || rows % 2 !== 0) {
    return builder.op('MatMul', [builder.onesRow(rows), emission.flat(input, [rows, columns])]);
  }
  const halves = emission.flat(input, [2, rows / 2, columns]);
  const sums = builder.op('MatMul', [builder.onesRow(rows / 2), halves]);
  return builder.op('ReduceSum', [sums, builder.ints(0)], { keepdims: 0 });
}

/** Sums each channel over all pixels of all images, in blocks. The first sum is over the images, which are many. */
function sumOfBlocks(emission: Emission, input: Value): ValueName {
  const { builder, block } = emission;
  const [n, h, w, channels] = input.shape as [number, number, number, number];
  const c = roundUp(channels, block);
  const condensed = emission.parts(input)?.condensed ?? null;
  const area = condensed === null ? h * w : (h * w) / 4;
  const images = builder.reshape(condensed ?? emission.blocked(input), [n, area * c]);
  const sums = builder.op('MatMul', [builder.onesRow(n), images]);
  const pixels = builder.reshape(sums, [c / block, area, block]);
  const total = builder.op('ReduceSum', [pixels, builder.ints(1)], { keepdims: 0 });
  if (c === channels) return total;
  return builder.op('Slice', [builder.reshape(total, [c]), builder.ints(0), builder.ints(channels)]);
}

export function emitArgReduce(emission: Emission, value: PendingValue<'ArgReduce'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { fn, axis } = operation.attributes;
  let x = emission.flat(inputs[0]!, inputShapes[0]);
  if (inputs[0]!.dtype === 'float32') {
    const worst = builder.float(fn === 'ArgMax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    x = builder.op('Where', [builder.op('IsNaN', [x]), worst, x]);
  }
  emission.setFlat(value, cast(builder, builder.op(fn, [x], { axis, keepdims: 0 }), 'int32'));
}

export function emitSoftmax(emission: Emission, value: PendingValue<'Softmax'>): void {
  const { inputs, inputShapes, operation } = value.node;
  const { fn, axis } = operation.attributes;
  emission.setFlat(value, emission.builder.op(fn, [emission.flat(inputs[0]!, inputShapes[0])], { axis }));
}
