import type { CompactStep, FormName } from '../../../protocol/steps/compact';
import type { ModelContent } from '../../checkpoint/types';
import { withInputShape } from '../../model/input-shapes';
import { layeredGraph } from '../reshape/layered';
import type { Sketched } from '../reshape/sketch';
import { candidatesOf } from './candidates';
import { formsOf } from './options';

const PARTS: Readonly<Record<FormName, readonly string[]>> = {
  separable: ['core', 'out'],
  bottleneck: ['in', 'core', 'out'],
  grouped: ['grouped'],
};

/**
 * Lists the convolutions that a step is about, with all that may come of them: the form, and whether one stays, depend on
 * what it loses on examples.
 * @throws UserError where the step does not fit the model
 */
export function possibleForms(model: ModelContent, step: CompactStep): Sketched[] {
  const candidates = candidatesOf(layeredGraph(withInputShape(model, step.inputShape)), step);
  // Nodes of the model itself, whose input size may be open.
  const { nodes } = layeredGraph(model);
  const [parts = []] = formsOf(step)
    .map((name) => PARTS[name])
    .sort((a, b) => b.length - a.length);
  return candidates.flatMap(({ open }): Sketched[] => {
    if (!open) return [];
    const { op, kernel, bias, path } = open.convolution;
    const node = nodes.find((one) => one.path.join('/') === path.join('/'))!;
    const own = node.tensors.find(({ tensor }) => tensor.name === bias);
    return [{ node, op, kernel, bias: own, parts, mayStay: 'macs' in step.amount }];
  });
}
