import type { DatasetInfo } from '../../protocol/dataset';
import type { TrainStep } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import { randomArchitecture } from '../model/architectures';

/**
 * Makes the network of a train step.
 * @param data decides the number of classes; default: that of the architecture
 */
export const randomNetwork = ({ architecture }: TrainStep, seed: number, data?: DatasetInfo): ModelContent =>
  randomArchitecture(architecture, seed, data?.classNames.length);
