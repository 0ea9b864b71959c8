import { signal } from '@preact/signals';
import type { EarlierWeights } from '../../protocol/panel';
import { attempt } from './actions';
import { ask } from './host';

/** The checkpoints of the workspace to which a rewind step may go back, as they were last listed. */
export const earlierWeights = signal<readonly EarlierWeights[]>([]);

/** Lists them again. */
export const listEarlierWeights = (): void =>
  void attempt(async () => {
    earlierWeights.value = await ask('earlierWeights', {});
  });
