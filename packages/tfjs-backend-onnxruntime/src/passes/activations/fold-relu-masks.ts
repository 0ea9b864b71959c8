import { sameShape } from '../../graph/native-types';
import { tilesInput } from '../../graph/operations';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import { clippedGradient } from './fold-clipped-relus';
import { isReluDerivative } from './fuse-convolutions';
import type { Rewrites } from '../rewrites';

/** Finds `gradient * step(x)`, the gradient of relu, which has a cheaper form than its two operators. */
export function foldReluMasks(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  const folded = new Map<Value, Set<PendingValue>>();
  for (const value of plan.order) {
    const found = gradientAndStep(value, consumers);
    if (found === undefined) continue;
    const { gradient, step } = found;
    const clipped = clippedGradient(gradient, step, consumers);
    if (clipped !== undefined) {
      rewrites.maskedGradients.set(value, { ...clipped.masked, poolGradient: null });
      rewrites.skipped.add(clipped.replaced);
      folded.set(step, (folded.get(step) ?? new Set()).add(value));
      continue;
    }
    const source = rewrites.stepSources.get(step) ?? resultOfRelu(step, value, consumers) ?? step.node.inputs[0]!;
    const poolGradient = poolGradientOfRelu(gradient, step, source, consumers);
    rewrites.maskedGradients.set(value, { gradient, source, ceiling: null, poolGradient });
    if (poolGradient !== null) rewrites.skipped.add(poolGradient);
    folded.set(step, (folded.get(step) ?? new Set()).add(value));
  }
  for (const [step, products] of folded) {
    if (consumers.of(step).every((reader) => products.has(reader))) rewrites.skipped.add(step);
  }
}

/** Finds the relu of the same argument, if it is computed before `product`. It has the same sign and is kept anyway. */
function resultOfRelu(
  step: PendingValue<'Step'>,
  product: PendingValue,
  consumers: Consumers,
): PendingValue | undefined {
  const { inputs, inputShapes } = step.node;
  return consumers
    .of(inputs[0]!)
    .find(
      (reader) =>
        isPendingOf(reader, 'Unary') &&
        reader.node.operation.attributes.fn === 'Relu' &&
        reader.index < product.index &&
        sameShape(reader.shape, inputShapes[0]!),
    );
}

function gradientAndStep(
  product: PendingValue,
  consumers: Consumers,
): { gradient: Value; step: PendingValue<'Step'> } | undefined {
  if (!isPendingOf(product, 'Binary') || product.node.operation.attributes.fn !== 'Multiply') return undefined;
  const { inputs, inputShapes } = product.node;
  if (!sameShape(inputShapes[0]!, inputShapes[1]!)) return undefined;
  for (const index of [0, 1] as const) {
    const step = inputs[index]!;
    const gradient = inputs[1 - index]!;
    if (!isReluDerivative(step) || gradient === step || consumers.isOutput(step)) continue;
    if (sameShape(step.shape, product.shape)) return { gradient, step };
  }
  return undefined;
}

/** Returns the gradient if it is that of a max-pool over the same relu and nobody else reads it. */
function poolGradientOfRelu(
  gradient: Value,
  step: PendingValue<'Step'>,
  source: Value,
  consumers: Consumers,
): PendingValue<'MaxPoolGradient'> | null {
  if (!isPendingOf(gradient, 'MaxPoolGradient') || consumers.soleReader(gradient) === undefined) return null;
  if (!tilesInput(gradient.node.operation.attributes.window, gradient.shape)) return null;
  const pooled = gradient.node.inputs[1]!;
  const isRelu = isPendingOf(pooled, 'Unary') && pooled.node.operation.attributes.fn === 'Relu';
  const sameArgument = isRelu && pooled.node.inputs[0] === step.node.inputs[0];
  return pooled === source || sameArgument ? gradient : null;
}
