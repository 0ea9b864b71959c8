import { sameShape, sizeOf } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import type { Rewrites } from '../rewrites';

/**
 * Conv2D, then Add of a bias vector, then Relu: one operator. While gradients are recorded, tfjs calls the three apart, and
 * the derivative of relu asks for the sign of its argument; the sign of its result is the same, so the argument can go.
 */
export function fuseConvolutions(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  for (const value of plan.order) {
    if (!isPendingOf(value, 'Conv2D')) continue;
    const sum = biasedSum(value, consumers);
    if (sum === undefined) continue;
    const relu = onlyRelu(sum.value, consumers);
    const last = relu ?? sum.value;
    // Of two convolutions of one pixel each may be the other's bias: one of them stays.
    if (rewrites.fusedConvolutions.has(last)) continue;
    rewrites.skipped.add(value);
    rewrites.fusedConvolutions.set(last, { convolution: value, bias: sum.bias, relu: relu !== undefined });
    if (relu === undefined) continue;
    rewrites.skipped.add(sum.value);
    for (const reader of consumers.of(sum.value)) {
      if (reader !== relu) rewrites.stepSources.set(reader, relu);
    }
  }
}

/** The sum of a plain convolution and a bias of one number per channel. */
function biasedSum(
  convolution: PendingValue<'Conv2D'>,
  consumers: Consumers,
): { value: PendingValue; bias: Value } | undefined {
  const { node } = convolution;
  if (node.inputs.length !== 2 || node.operation.attributes.activation.name !== 'linear') return undefined;
  const sum = consumers.soleReader(convolution);
  if (sum === undefined || !isPendingOf(sum, 'Binary') || sum.node.operation.attributes.fn !== 'Add') return undefined;
  const biasSide = sum.node.inputs[0] === convolution ? 1 : 0;
  const channels = convolution.shape.at(-1)!;
  const biasShape = sum.node.inputShapes[biasSide]!;
  const isPerChannel = sizeOf(biasShape) === channels && biasShape.at(-1) === channels;
  if (!isPerChannel || !sameShape(sum.shape, convolution.shape)) return undefined;
  return { value: sum, bias: sum.node.inputs[biasSide]! };
}

/** The relu of `sum`, where nothing else but relu derivatives reads `sum`. */
function onlyRelu(sum: PendingValue, consumers: Consumers): PendingValue | undefined {
  if (consumers.isOutput(sum)) return undefined;
  const readers = consumers.of(sum);
  const relus = readers.filter(
    (reader) => isPendingOf(reader, 'Unary') && reader.node.operation.attributes.fn === 'Relu',
  );
  const others = readers.filter((reader) => !relus.includes(reader));
  return relus.length === 1 && others.every(isReluDerivative) ? relus[0] : undefined;
}

/** A step that is 0 at and below zero. */
export function isReluDerivative(value: Value): value is PendingValue<'Step'> {
  return isPendingOf(value, 'Step') && value.node.operation.attributes.alpha === 0;
}
