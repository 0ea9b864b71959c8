import type { ModelContent } from '../../checkpoint/types';
import { topologyOf } from './load-plan';

/**
 * Removes weight constraints from a description, in place. TensorFlow.js applies them whenever a weight is set, even
 * while it loads, so a network would run with other weights than its file holds.
 */
export function dropConstraints(description: object): void {
  for (const { holder, key } of constraintsIn(description)) Reflect.set(holder, key, null);
}

/** Describes in one sentence what training ignores in a model; undefined where it ignores nothing. */
export function constraintNote(model: ModelContent): string | undefined {
  const topology = topologyOf(model);
  if (topology === null || typeof topology === 'string') return undefined;
  const [first, ...others] = topology.nodes.filter(({ config }) => constraintsIn(config).next().done !== true);
  if (!first) return undefined;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `Training does not apply the weight constraints of the layer "${first.name}"${more}.`;
}

/** Finds all constraints in a description or configuration. */
function* constraintsIn(description: object): Generator<{ readonly holder: object; readonly key: string }> {
  const open: object[] = [description];
  for (let holder = open.pop(); holder; holder = open.pop())
    for (const [key, value] of Object.entries(holder)) {
      if (key.endsWith('_constraint') && value !== null) yield { holder, key };
      else if (typeof value === 'object' && value !== null) open.push(value as object);
    }
}
