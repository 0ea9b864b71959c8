import type { GraphNode } from '../../model/model-graph';
import type { Op } from '../../model/op/op';
import { axesOf, roleIn } from '../../model/roles';

/**
 * Returns a node that applies a layer to each step as that layer alone, with the roles of its tensors there: steps share the
 * channels. Other nodes stay as they are, and so do models that are applied to each step.
 */
export function atEachStep(node: GraphNode): GraphNode {
  const { op } = node;
  if (op.kind !== 'time-distributed' || !op.inner || op.inner.kind === 'model') return node;
  const inner = withStepsAxis(op.inner);
  const tensors = node.tensors.map((one) => {
    const role = roleIn(one.role, inner);
    return { ...one, role, axes: axesOf(one.tensor, role, inner) };
  });
  return atEachStep({ ...node, op: inner, tensors });
}

/** Counts the axes of an op as its wrapper does, for which the axis of the steps comes after the batch. */
const withStepsAxis = (op: Op): Op =>
  op.kind === 'batch-normalization' && op.axis !== null && op.axis > 0 ? { ...op, axis: op.axis + 1 } : op;
