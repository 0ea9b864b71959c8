import type { DataTask } from '../../protocol/dataset';
import type { PanelState } from '../../protocol/panel';

/** The tasks whose targets tell nothing about places in an image. */
const TASKS: ReadonlySet<DataTask> = new Set(['classification', 'multi-label']);

/** Returns true where the examples are images whose targets stay right when the pixels move. */
export function canBeMoved({ dataset, normalization }: Pick<PanelState, 'dataset' | 'normalization'>): boolean {
  if (!dataset || !normalization || normalization.from === 'values') return false;
  return dataset.shape.length === 3 && TASKS.has(dataset.task);
}
