import { sameShape } from '../../graph/native-types';
import type { PendingValue, Value } from '../../graph/value';
import { numbersOf } from './channel-numbers';
import type { Emission } from '../emission';

/** Emits `x * factor + shift`. Both are small vectors, computed from the parameters. */
export function emitBatchNorm(emission: Emission, value: PendingValue<'BatchNorm'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { epsilon, hasOffset, hasScale } = operation.attributes;
  const names = inputs.slice(1).map((input, i) => emission.flat(input, inputShapes[i + 1]));
  const [mean, variance] = names as [string, string];
  const offset = hasOffset ? names[2] : undefined;
  const scale = hasScale ? names.at(-1) : undefined;
  const deviation = builder.op('Sqrt', [builder.op('Add', [variance, builder.float(epsilon)])]);
  const factor = scale === undefined ? builder.op('Reciprocal', [deviation]) : builder.op('Div', [scale, deviation]);
  const image = inputs[0] as Value;
  const shape = inputShapes[0]!;
  const channels = shape.at(-1)!;
  const isPerChannel = inputShapes.slice(1).every((parameter) => sameShape(parameter, [channels]));
  const hasBlocks = emission.canBlock(channels) || emission.hasFilledBlocks(image);
  if (!isPerChannel || shape.length !== 4 || !sameShape(shape, image.shape) || !hasBlocks) {
    const centered = builder.op('Sub', [emission.flat(image, shape), mean]);
    const scaled = builder.op('Mul', [centered, factor]);
    emission.setFlat(value, offset === undefined ? scaled : builder.op('Add', [scaled, offset]));
    return;
  }
  const drop = builder.op('Mul', [mean, factor]);
  const shift = offset === undefined ? builder.op('Neg', [drop]) : builder.op('Sub', [offset, drop]);
  emission.setAffine(value, {
    channels: emission.channelsOf(channels),
    terms: new Map([[emission.blocked(image), numbersOf(factor)]]),
    shift: numbersOf(shift),
  });
}
