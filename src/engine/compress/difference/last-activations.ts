import type { ModelContent } from '../../checkpoint/types';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import { readGraph } from '../../model/graph';
import type { Op } from '../../model/op/op';

/**
 * Removes the activations at the end of a model, such as a softmax: probabilities lie so near 0 and 1 that they hide
 * differences.
 */
export function withoutLastActivations(model: ModelContent): ModelContent {
  const { nodes, calls, results } = readGraph(model);
  const readers = calls.map((): number[] => []);
  for (const [i, { inputs }] of calls.entries()) for (const { call } of inputs) readers[call]!.push(i);
  const made = new Set(results.map(({ call }) => call));
  /** Calls whose whole result leaves the model, at most moved. */
  const ending = new Set<number>();
  const edits: Edit[] = [];
  for (let call = calls.length - 1; call >= 0; call--) {
    const { op, path, calls: own } = nodes[calls[call]!.node]!;
    const ends = readers[call]!.length > 0 ? readers[call]!.every((one) => ending.has(one)) : made.has(call);
    if (!ends || own.length > 1) continue;
    if ('activation' in op || isActivation(op)) edits.push({ edit: 'linear', at: path });
    if (isActivation(op) || moves(op)) ending.add(call);
  }
  return applyEdits(model, edits);
}

/** Tells whether an op is only an activation. */
const isActivation = ({ kind }: Op): boolean => kind === 'activation' || kind === 'softmax';

/** Tells whether an op moves or joins values, so that an activation before it is still at the end of the model. */
function moves({ kind }: Op): boolean {
  switch (kind) {
    case 'input':
    case 'reshape':
    case 'flatten':
    case 'permute':
    case 'noise':
    case 'identity':
    case 'concat':
    case 'merge':
    case 'crop':
    case 'pad':
    case 'upsample':
      return true;
    default:
      return false;
  }
}
