import type { Plan } from '../graph/plan';
import { isPending, isPendingOf, type PendingValue, type Value } from '../graph/value';
import { Consumers } from '../passes/consumers';
import { hasVectorAdam } from './vector-adam';

/** An Adam update after the graph. All numbers are indices of leaves or of values in the order of the plan. */
export interface FusedUpdate {
  readonly beta1: number;
  readonly beta2: number;
  readonly leaves: {
    readonly weight: number;
    readonly first: number;
    readonly second: number;
    readonly rate: number;
    readonly epsilon: number;
  };
  /** Index of the gradient, which the graph computes. */
  readonly gradient: number;
  readonly results: { readonly weight: number; readonly first: number; readonly second: number };
}

/** A plan, split into a graph and the updates after it. */
export interface SplitPlan {
  readonly graph: Plan;
  readonly fusedUpdates: readonly FusedUpdate[];
}

/** Splits the Adam updates off a plan, unless another value of the plan reads their results. */
export function splitPlan(plan: Plan): SplitPlan {
  const updates = plan.order.filter((value) => isPendingOf(value, 'AdamUpdate'));
  if (updates.length === 0 || !hasVectorAdam()) return { graph: plan, fusedUpdates: [] };
  const consumers = new Consumers(plan);
  const updated = new Set<Value>();
  const gradients = new Set<PendingValue>();
  const fusedUpdates: FusedUpdate[] = [];
  for (const update of updates) {
    const fused = fusedUpdateOf(update, consumers);
    if (fused === undefined) continue;
    fusedUpdates.push(fused);
    for (const index of Object.values(fused.results)) updated.add(plan.order[index]!);
    gradients.add(plan.order[fused.gradient]!);
  }
  const order = plan.order.filter((value) => !updated.has(value));
  const outputs = new Set([...plan.outputs.filter((value) => !updated.has(value)), ...gradients]);
  return { graph: { ...plan, order, outputs: [...outputs] }, fusedUpdates };
}

function fusedUpdateOf(update: PendingValue<'AdamUpdate'>, consumers: Consumers): FusedUpdate | undefined {
  const [weight, first, second, rate, epsilon] = update.node.inputs as [Value, Value, Value, Value, Value];
  if (!isPendingOf(first, 'MovingAverage') || !isPendingOf(second, 'MovingAverage')) return undefined;
  const [before, gradient] = first.node.inputs as [Value, Value];
  const [beforeSquared, sameGradient] = second.node.inputs as [Value, Value];
  const known = [weight, before, beforeSquared, rate, epsilon];
  const { decay: beta1, squared } = first.node.operation.attributes;
  const { decay: beta2, squared: isSquare } = second.node.operation.attributes;
  if (gradient !== sameGradient || squared || !isSquare) return undefined;
  if (!isPending(gradient) || known.some(isPending) || known.some(({ dtype }) => dtype !== 'float32')) return undefined;
  if (![first, second].every((moment) => consumers.of(moment).every((reader) => reader === update))) return undefined;
  if (consumers.of(update).length > 0) return undefined;
  return {
    beta1,
    beta2,
    leaves: {
      weight: weight.index,
      first: before.index,
      second: beforeSquared.index,
      rate: rate.index,
      epsilon: epsilon.index,
    },
    gradient: gradient.index,
    results: { weight: update.index, first: first.index, second: second.index },
  };
}
