import { sizeOf, sameShape } from '../../graph/native-types';
import type { OperationKind } from '../../graph/operations';
import { type PendingValue, Value } from '../../graph/value';
import { factorOut, materialise } from './affine';
import { vectorOf } from './channel-numbers';
import type { Emission } from '../emission';

type Emit<K extends OperationKind> = (emission: Emission, value: PendingValue<K>) => void;

/** A filter has at most this part of the numbers of the gradient, so that to multiply it is little beside a pass. */
const LEAST_RATIO = 2;

/** The image of a gradient without factors for each channel, and these as a vector for the filter's channels. */
interface Unscaled {
  readonly gradient: Value;
  readonly factors: string;
}

/** Takes factors for each channel from a gradient that is a sum of images: its readers then apply them to a filter. */
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
  // The channels of the gradient are the last axis of the filter, of a depthwise one the last but one.
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
    builder.once(`unscaled ${key.join(' ')}`, () => materialise(builder, parts.rest)),
  );
  return { gradient: image, factors };
}

/** The same operation with other inputs. */
function withInputs<K extends OperationKind>(value: PendingValue<K>, inputs: readonly Value[]): PendingValue<K> {
  const { shape, dtype, node } = value;
  return Object.assign(new Value(shape, dtype), { dtype, node: { ...node, inputs } });
}

/** The gradient by an image, whose inputs are the gradient of the result and a filter: the filter takes the factors. */
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

/** The gradient by a filter, whose inputs are an image and the gradient of the result: it takes the factors itself. */
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
