import { sizeOf, sameShape } from '../../graph/native-types';
import type { OperationKind } from '../../graph/operations';
import { type PendingValue, Value } from '../../graph/value';
import { factorOut, materialize } from './affine';
import { vectorOf } from './channel-numbers';
import type { Emission } from '../emission';

type Emit<K extends OperationKind> = (emission: Emission, value: PendingValue<K>) => void;

/**
 * A gradient has at least this many times the elements of the filter, so that multiplying the filter is cheap beside a
 * pass over the gradient.
 */
const LEAST_RATIO = 2;

/** A gradient without its factors per channel, and the factors as a vector for the filter. */
interface Unscaled {
  readonly gradient: Value;
  readonly factors: string;
}

/** Factors out the factors per channel of a gradient that is a sum of images. Its readers apply them to a filter. */
function unscaled(
  emission: Emission,
  gradient: Value,
  gradientShape: readonly number[],
  filterShape: readonly number[],
): Unscaled | undefined {
  const stored =
    sameShape(gradient.shape, gradientShape) && emission.isInBlocks(gradient) && emission.isAffine(gradient);
  if (!stored || sizeOf(gradientShape) < LEAST_RATIO * sizeOf(filterShape)) return undefined;
  const [, , channels, last] = filterShape as [number, number, number, number];
  const count = gradientShape[3]!;
  // The channels of the gradient are the last axis of the filter; in a depthwise filter, the last but one.
  const axes = last === count ? [count] : last === 1 && channels === count ? [count, 1] : undefined;
  const parts = axes === undefined ? undefined : factorOut(emission.affine(gradient));
  if (axes === undefined || parts === undefined) return undefined;
  const { builder } = emission;
  const vector = vectorOf(builder, parts.factors, count);
  const factors = axes.length === 1 ? vector : builder.once(`column ${vector}`, () => builder.reshape(vector, axes));
  const image = new Value(gradient.shape, gradient.dtype);
  const { terms, shift } = parts.rest;
  const key = [...terms, ['', shift] as const].map(([name, { scale, factors: of }]) => [name, scale, ...of].join());
  emission.setBlocked(
    image,
    builder.once(`unscaled ${key.join(' ')}`, () => materialize(builder, parts.rest)),
  );
  return { gradient: image, factors };
}

/** Copies an operation with other inputs. */
function withInputs<K extends OperationKind>(value: PendingValue<K>, inputs: readonly Value[]): PendingValue<K> {
  const { shape, dtype, node } = value;
  return Object.assign(new Value(shape, dtype), { dtype, node: { ...node, inputs } });
}

/** Wraps the emitter of a gradient with respect to an image: the filter takes the factors. */
export function byScaledFilter<K extends 'Conv2DInputGradient' | 'DepthwiseInputGradient'>(emit: Emit<K>): Emit<K> {
  return (emission, value) => {
    const [gradient, filter] = value.node.inputs as [Value, Value];
    const [gradientShape, filterShape] = value.node.inputShapes as [number[], number[]];
    const parts = unscaled(emission, gradient, gradientShape, filterShape);
    if (parts === undefined) {
      emit(emission, value);
      return;
    }
    const scaled = new Value(filterShape, 'float32');
    emission.setFlat(scaled, emission.builder.op('Mul', [emission.flat(filter, filterShape), parts.factors]));
    const inner = withInputs(value, [parts.gradient, scaled]);
    emit(emission, inner);
    emission.setAs(value, inner);
  };
}

/** Wraps the emitter of a gradient with respect to a filter: the result takes the factors. */
export function scaledAfter<K extends 'Conv2DFilterGradient' | 'DepthwiseFilterGradient'>(emit: Emit<K>): Emit<K> {
  return (emission, value) => {
    const [image, gradient] = value.node.inputs as [Value, Value];
    const parts = unscaled(emission, gradient, value.node.inputShapes[1]!, value.shape);
    if (parts === undefined) {
      emit(emission, value);
      return;
    }
    const inner = withInputs(value, [image, parts.gradient]);
    emit(emission, inner);
    emission.setFlat(value, emission.builder.op('Mul', [emission.flat(inner), parts.factors]));
  };
}
