import { sameShape, sizeOf } from '../../graph/native-types';
import type { PendingValue, Value } from '../../graph/value';
import { affineOfNumbers } from '../normalization/affine';
import { perChannel } from '../normalization/affine-results';
import { cast, scalar } from '../elementwise/primitives';
import type { Emission } from '../emission';
import { enlarged } from './resizes';

/** Up to this size, a product with a matrix of zeros and ones is the fastest sum over segments. */
const SEGMENT_MATRIX_ELEMENTS = 2 ** 20;

export function emitTranspose(emission: Emission, value: PendingValue<'Transpose'>): void {
  emission.setFlat(value, emission.builder.transpose(onlyInput(emission, value), value.node.operation.attributes.perm));
}

export function emitConcat(emission: Emission, value: PendingValue<'Concat'>): void {
  const { inputs, inputShapes, operation } = value.node;
  const parts = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  emission.setFlat(value, emission.builder.op('Concat', parts, { axis: operation.attributes.axis }));
}

export function emitSlice(emission: Emission, value: PendingValue<'Slice'>): void {
  const { builder } = emission;
  const { begin, size } = value.node.operation.attributes;
  const starts = builder.ints(...begin);
  const ends = builder.ints(...begin.map((start, axis) => start + size[axis]!));
  const axes = builder.ints(...begin.keys());
  emission.setFlat(value, builder.op('Slice', [onlyInput(emission, value), starts, ends, axes]));
}

export function emitPad(emission: Emission, value: PendingValue<'Pad'>): void {
  const { builder } = emission;
  const { paddings, value: filler } = value.node.operation.attributes;
  // An additional axis keeps ONNX Runtime from fusing Pad into a pool, which refuses pads as large as its window.
  const pads = [...paddings.map(([before]) => before), 0, ...paddings.map(([, after]) => after), 0];
  const x = builder.reshape(onlyInput(emission, value), [...value.node.inputShapes[0]!, 1]);
  const padded = builder.op('Pad', [x, builder.ints(...pads), scalar(builder, value.dtype, filler)]);
  emission.setFlat(value, builder.reshape(padded, value.shape));
}

export function emitTile(emission: Emission, value: PendingValue<'Tile'>): void {
  const [input] = value.node.inputs as [Value];
  if (value.shape.length === 4 && value.dtype === 'float32' && emission.block > 0) {
    const shift = perChannel(emission, input, value.node.inputShapes[0]!, value.shape);
    if (shift !== undefined) {
      emission.setAffine(value, affineOfNumbers(shift, emission.channelsOf(value.shape[3]!)));
      return;
    }
    const [n, h, w, c] = value.shape as [number, number, number, number];
    if (emission.canBlock(c) && sameShape(value.node.inputShapes[0]!, [n, 1, 1, c])) {
      emission.setBlocked(value, enlarged(emission, emission.flat(input, [n, c, 1, 1]), [h, w]));
      return;
    }
  }
  const { builder } = emission;
  const reps = builder.ints(...value.node.operation.attributes.reps);
  emission.setFlat(value, builder.op('Tile', [onlyInput(emission, value), reps]));
}

export function emitGather(emission: Emission, value: PendingValue<'Gather'>): void {
  const { inputs, inputShapes, operation } = value.node;
  const [table, indices] = inputs as [Value, Value];
  const names = [emission.flat(table, inputShapes[0]), emission.flat(indices, inputShapes[1])];
  emission.setFlat(value, emission.builder.op('Gather', names, { axis: operation.attributes.axis }));
}

export function emitReverse(emission: Emission, value: PendingValue<'Reverse'>): void {
  const { builder } = emission;
  const { axes } = value.node.operation.attributes;
  const every = (number: number): string => builder.ints(...axes.map(() => number));
  const ranges = [every(-1), every(Number.MIN_SAFE_INTEGER), builder.ints(...axes), every(-1)];
  emission.setFlat(value, builder.op('Slice', [onlyInput(emission, value), ...ranges]));
}

/** Emits a sum over segments: a product with a matrix of zeros and ones, or, if that matrix is large, row by row. */
export function emitSegmentSum(emission: Emission, value: PendingValue<'SegmentSum'>): void {
  const { builder } = emission;
  const { inputs, inputShapes } = value.node;
  const rows = inputShapes[0]![0]!;
  const segments = value.shape[0]!;
  const columns = sizeOf(value.shape) / segments;
  const x = emission.flat(inputs[0]!, [rows, columns]);
  const numbers = Int32Array.from({ length: segments }, (_, i) => i);
  if (segments * rows <= SEGMENT_MATRIX_ELEMENTS) {
    const ids = emission.flat(inputs[1]!, [1, rows]);
    const belongs = builder.op('Equal', [builder.constant('int32', [segments, 1], numbers), ids]);
    const product = builder.op('MatMul', [cast(builder, belongs, 'float32'), x]);
    emission.setFlat(value, builder.reshape(product, value.shape));
    return;
  }
  const ids = emission.flat(inputs[1]!, [rows, 1]);
  const scalarInt = (number: number): string => scalar(builder, 'int32', number);
  const outside = builder.op('Or', [
    builder.op('Less', [ids, scalarInt(0)]),
    builder.op('GreaterOrEqual', [ids, scalarInt(segments)]),
  ]);
  // Rows without a segment go to an additional segment, which is dropped.
  const targets = builder.op('Expand', [
    builder.op('Where', [outside, scalarInt(segments), ids]),
    builder.ints(rows, columns),
  ]);
  const zeros = builder.op('Expand', [builder.float(0), builder.ints(segments + 1, columns)]);
  const sums = builder.op('ScatterElements', [zeros, targets, x], { axis: 0, reduction: 'add' });
  const kept = builder.op('Slice', [sums, builder.ints(0), builder.ints(segments), builder.ints(0)]);
  emission.setFlat(value, builder.reshape(kept, value.shape));
}

/**
 * Compares the indices with 0..depth-1, because the OneHot of ONNX wraps negative indices. tfjs leaves these rows at
 * `off`.
 */
export function emitOneHot(emission: Emission, value: PendingValue<'OneHot'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { depth, on, off } = operation.attributes;
  const classes = builder.constant(
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  );
  const hot = builder.op('Equal', [emission.flat(inputs[0]!, [...inputShapes[0]!, 1]), classes]);
  if (on === 1 && off === 0) {
    emission.setFlat(value, value.dtype === 'bool' ? hot : cast(builder, hot, value.dtype));
  } else {
    const values = [scalar(builder, value.dtype, on), scalar(builder, value.dtype, off)];
    emission.setFlat(value, builder.op('Where', [hot, ...values]));
  }
}

function onlyInput(emission: Emission, value: PendingValue): string {
  return emission.flat(value.node.inputs[0]!, value.node.inputShapes[0]);
}
