import { sameShape } from '../../graph/native-types';
import type { Plan } from '../../graph/plan';
import { isPendingOf, type PendingValue, type Value } from '../../graph/value';
import type { Consumers } from '../consumers';
import type { MaskedGradient, Rewrites } from '../rewrites';

/**
 * Finds relus that are clipped immediately, as `relu6` of tfjs-layers is. Clipping their argument gives the same in one
 * pass.
 */
export function foldClippedRelus(plan: Plan, consumers: Consumers, rewrites: Rewrites): void {
  const needed = new Set([...rewrites.maskedGradients.values()].map(({ source }) => source));
  for (const value of plan.order) {
    const relu = clippedRelu(value);
    if (relu === undefined || rewrites.fusedConvolutions.has(relu) || needed.has(relu)) continue;
    const others = consumers.of(relu).filter((reader) => reader !== value);
    if (consumers.isOutput(relu) || !others.every((reader) => rewrites.skipped.has(reader))) continue;
    rewrites.skipped.add(relu);
    rewrites.clippedRelus.set(value, relu.node.inputs[0]!);
  }
}

/**
 * Finds the gradient of a clipped relu, from the gradient of the clip and the step of the relu. Its mask follows from
 * the clipped result. Elements exactly at the upper bound lose their gradient; in tfjs they keep it. Both are
 * subgradients.
 */
export function clippedGradient(
  gradient: Value,
  step: PendingValue<'Step'>,
  consumers: Consumers,
): { masked: Omit<MaskedGradient, 'poolGradient'>; replaced: PendingValue } | undefined {
  if (!isPendingOf(gradient, 'ClipGradient') || consumers.soleReader(gradient) === undefined) return undefined;
  const [upstream, relu] = gradient.node.inputs as [Value, Value];
  const { min, max } = gradient.node.operation.attributes;
  const clip = consumers.of(relu).find((reader) => clippedRelu(reader) === relu && reader.index < gradient.index);
  if (clip === undefined || !isPendingOf(clip, 'Clip') || !isPendingOf(relu, 'Unary')) return undefined;
  const bounds = clip.node.operation.attributes;
  if (bounds.min !== min || bounds.max !== max || step.node.inputs[0] !== relu.node.inputs[0]) return undefined;
  return { masked: { gradient: upstream, source: clip, ceiling: max }, replaced: gradient };
}

/** Returns the relu whose result this value clips, with a lower bound of zero. */
function clippedRelu(value: Value): PendingValue<'Unary'> | undefined {
  if (!isPendingOf(value, 'Clip')) return undefined;
  const { min, max } = value.node.operation.attributes;
  const [relu] = value.node.inputs as [Value];
  if (min !== 0 || !(max > 0 && max < 2 ** 100) || !sameShape(relu.shape, value.shape)) return undefined;
  if (!isPendingOf(relu, 'Unary') || relu.node.operation.attributes.fn !== 'Relu') return undefined;
  return sameShape(relu.node.inputs[0]!.shape, relu.shape) ? relu : undefined;
}
