import type { BinarizeStep } from '../../../protocol/steps/binarize';
import type { TernarizeStep } from '../../../protocol/steps/ternarize';
import type { ModelContent } from '../../checkpoint/types';
import type { GraphTensor } from '../../model/model-graph';
import { kernelChannels, type Channels } from '../../model/kernel-channels';
import { restricted, type RestrictedModel } from './restrict';
import { binarized, ternarized } from './signs';

/** Sets every weight of the kernels to -a, 0 or +a. @throws UserError where a protected name stands for no layer */
export const ternarizedModel = (model: ModelContent, step: TernarizeStep): RestrictedModel =>
  bySigns(model, step, ternarized);

/** Sets every weight of the kernels to -a or +a. @throws UserError where a protected name stands for no layer */
export const binarizedModel = (model: ModelContent, step: BinarizeStep): RestrictedModel =>
  bySigns(model, step, binarized);

const bySigns = (
  model: ModelContent,
  { scaleOf, ends, protect }: TernarizeStep | BinarizeStep,
  project: (data: Float32Array, scales: Channels) => Float32Array,
): RestrictedModel =>
  restricted(model, {
    ...{ protect, ends },
    change: (kernel) => project(kernel.tensor.data, scalesOf(kernel, scaleOf)),
    code: Math.sign,
  });

const scalesOf = (kernel: GraphTensor, scaleOf: TernarizeStep['scaleOf']): Channels =>
  scaleOf === 'tensor' ? { count: 1, inner: kernel.params } : kernelChannels(kernel);
