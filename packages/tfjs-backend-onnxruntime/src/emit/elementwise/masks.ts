import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Value } from '../../graph/value';
import { affineOfImage, materialize } from '../normalization/affine';
import type { Emission } from '../emission';

/** Large enough that the product with any normal positive float is at least 1, and still finite. */
const STEEP = 3e38;

/** 1 where the input is positive, else 0. Subnormal numbers may give values between. */
export function positiveMask(builder: ModelBuilder, input: ValueName): ValueName {
  return builder.op('HardSigmoid', [input], { alpha: { float: STEEP }, beta: { float: 0 } });
}

/** 1 where `a` equals `b`, else 0. Needs `a <= b`. */
export function equalMask(builder: ModelBuilder, a: ValueName, b: ValueName): ValueName {
  return notNegativeMask(builder, builder.op('Sub', [a, b]));
}

/** 0 where the input is negative, else 1. */
export function notNegativeMask(builder: ModelBuilder, input: ValueName): ValueName {
  return builder.op('HardSigmoid', [input], { alpha: { float: STEEP }, beta: { float: 1 } });
}

/** 1 where the result of a relu is positive and, if it was clipped, below the ceiling; else 0. */
export function maskOf(builder: ModelBuilder, input: ValueName, ceiling: number | null): ValueName {
  if (ceiling === null) return positiveMask(builder, input);
  const distance = builder.op('Abs', [builder.op('Sub', [input, builder.float(ceiling / 2)])]);
  return nearerMask(builder, distance, ceiling / 2);
}

/** Computes the same mask for an image in blocks, with the distance from the middle in one pass. */
export function maskOfBlocks(emission: Emission, source: Value, ceiling: number | null): ValueName {
  const { builder } = emission;
  if (ceiling === null) return positiveMask(builder, emission.blocked(source));
  const channels = emission.channelsOf(source.shape[3]!);
  const middle = { scale: -ceiling / 2, factors: [] };
  const centered = { ...affineOfImage(emission.blocked(source), channels), shift: middle };
  const distance = materialize(builder, centered, {
    activation: 'LeakyRelu',
    activation_params: { floats: [-1] },
  });
  return nearerMask(builder, distance, ceiling / 2);
}

/** 1 where the input is below a bound, else 0. The input never exceeds the bound. */
function nearerMask(builder: ModelBuilder, input: ValueName, bound: number): ValueName {
  // A power of two avoids rounding: one float below the bound already gives 1.
  const steep = 2 ** (25 - Math.floor(Math.log2(bound)));
  return builder.op('HardSigmoid', [input], { alpha: { float: -steep }, beta: { float: steep * bound } });
}
