import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Value } from '../../graph/value';
import { affineOfImage, materialise } from '../normalization/affine';
import type { Emission } from '../emission';

/** Large enough that its product with any normal positive float is at least 1, small enough to be finite. */
const STEEP = 3e38;

/** 1 where the input is positive, else 0: for masks, where only the sign of ordinary numbers matters. */
export function positiveMask(builder: ModelBuilder, input: ValueName): ValueName {
  return builder.op('HardSigmoid', [input], { alpha: { float: STEEP }, beta: { float: 0 } });
}

/** 1 where `a` equals `b`, else 0, for `a <= b`. */
export function equalMask(builder: ModelBuilder, a: ValueName, b: ValueName): ValueName {
  return notNegativeMask(builder, builder.op('Sub', [a, b]));
}

/** 0 where the input is negative, else 1. */
export function notNegativeMask(builder: ModelBuilder, input: ValueName): ValueName {
  return builder.op('HardSigmoid', [input], { alpha: { float: STEEP }, beta: { float: 1 } });
}

/** 1 where the result of a relu is positive, and below the bound at which it is clipped, if it is; else 0. */
export function maskOf(builder: ModelBuilder, input: ValueName, ceiling: number | null): ValueName {
  if (ceiling === null) return positiveMask(builder, input);
  const distance = builder.op('Abs', [builder.op('Sub', [input, builder.float(ceiling / 2)])]);
  return nearerMask(builder, distance, ceiling / 2);
}

/** The same for an image in blocks, with the distance from the middle in one pass. */
export function maskOfBlocks(emission: Emission, source: Value, ceiling: number | null): ValueName {
  const { builder } = emission;
  if (ceiling === null) return positiveMask(builder, emission.blocked(source));
  const channels = emission.channelsOf(source.shape[3]!);
  const middle = { scale: -ceiling / 2, factors: [] };
  const centred = { ...affineOfImage(emission.blocked(source), channels), shift: middle };
  const distance = materialise(builder, centred, {
    activation: 'LeakyRelu',
    activation_params: { floats: [-1] },
  });
  return nearerMask(builder, distance, ceiling / 2);
}

/** 1 where the input is below a bound that it never exceeds, else 0. */
function nearerMask(builder: ModelBuilder, input: ValueName, bound: number): ValueName {
  // A power of two, so that nothing is rounded: one step of a float below the bound is enough for 1.
  const steep = 2 ** (25 - Math.floor(Math.log2(bound)));
  return builder.op('HardSigmoid', [input], { alpha: { float: -steep }, beta: { float: steep * bound } });
}
