import type { DatasetInfo } from '../../protocol/dataset';
import type { TrainStep } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import { randomArchitecture } from '../model/architectures';

/**
 * The network that a train step begins with.
 * @param data whose classes it tells apart; as many as the architecture has by default where that is left out
 */
export const randomNetwork = ({ architecture }: TrainStep, seed: number, data?: DatasetInfo): ModelContent =>
  randomArchitecture(architecture, seed, data?.classNames.length);
