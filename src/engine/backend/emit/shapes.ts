import type { PendingValue, Value } from '../graph/value';
import { cast, scalar } from './elementwise';
import type { Emission } from './emission';

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
  const pads = builder.ints(...paddings.map(([before]) => before), ...paddings.map(([, after]) => after));
  const inputs = [onlyInput(emission, value), pads, scalar(builder, value.dtype, filler)];
  emission.setFlat(value, builder.op('Pad', inputs));
}

export function emitTile(emission: Emission, value: PendingValue<'Tile'>): void {
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

/** By comparison with 0..depth-1, because ONNX's OneHot wraps negative indices where tfjs leaves the row off. */
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
