import type { PrunedLayer } from '../../../protocol/measure';
import type { RunResult } from '../../../protocol/run';
import type { StepResult } from '../../../protocol/steps';
import { count, percent, weight } from '../../../protocol/format';
import { pruneNote } from '../plan';
import { table } from '../table';

/** Returns the layers after the last step that prunes. */
export function prunedLayers({ steps }: RunResult): PrunedLayer[] {
  const pruned = (result: StepResult) =>
    result.step === 'prune' || result.step === 'finetune' || result.step === 'train' ? result.layers : undefined;
  return steps.map(pruned).findLast((layers) => layers !== undefined) ?? [];
}

/** Formats layers after pruning, one row each. */
export function layersTable(layers: readonly PrunedLayer[]): string {
  const right = true;
  return table(
    [
      { heading: 'layer' },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'threshold', right },
      { heading: 'note' },
    ],
    layers.map((layer) => [
      layer.name,
      count(layer.nonzero),
      layer.sparsity === null ? '' : percent(layer.sparsity),
      layer.threshold === null ? '' : weight(layer.threshold, 4),
      pruneNote(layer),
    ]),
  );
}
