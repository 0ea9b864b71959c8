import type { DatasetInfo } from '../../protocol/dataset';
import type { TrainStep } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import { createArchitecture } from '../model/architectures';
import { fromLayersModel } from '../model/runnable';

/**
 * The network that a train step begins with.
 * @param data whose classes it tells apart; as many as the architecture has by default where that is left out
 */
export function randomNetwork({ architecture }: TrainStep, seed: number, data?: DatasetInfo): ModelContent {
  const model = createArchitecture(architecture, seed, data?.classNames.length);
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}
