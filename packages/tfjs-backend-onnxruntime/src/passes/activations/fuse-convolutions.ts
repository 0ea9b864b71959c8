import { sameShape, sizeOf } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import type { Rewrites } from '../rewrites';

/**
 * Fuses Conv2D, the Add of a bias and Relu into one operator. While gradients are recorded, tfjs calls the three
 * separately, and the derivative of relu needs the sign of its argument. The result has the same sign, so the argument
 * is not needed.
 */
export function fuseConvolutions(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  for (const value of plan.order) {
    if (!isPendingOf(value, 'Conv2D')) continue;
    const sum = biasedSum(value, consumers);
    if (sum === undefined) continue;
    const relu = onlyRelu(sum.value, consumers);
    const last = relu ?? sum.value;
    // If two convolutions of one pixel are added, each may be the bias of the other; fuse one only.
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

/** Finds the sum of a plain convolution and a bias with one number per channel. */
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

/** Finds the relu of `sum`, if only derivatives of relu read `sum` besides. */
function onlyRelu(sum: PendingValue, consumers: Consumers): PendingValue | undefined {
  if (consumers.isOutput(sum)) return undefined;
  const readers = consumers.of(sum);
  const relus = readers.filter(
    (reader) => isPendingOf(reader, 'Unary') && reader.node.operation.attributes.fn === 'Relu',
  );
  const others = readers.filter((reader) => !relus.includes(reader));
  return relus.length === 1 && others.every(isReluDerivative) ? relus[0] : undefined;
}

/** True for a step that is 0 at and below zero. */
export function isReluDerivative(value: Value): value is PendingValue<'Step'> {
  return isPendingOf(value, 'Step') && value.node.operation.attributes.alpha === 0;
}
