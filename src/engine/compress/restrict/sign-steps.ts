import type { BinarizeStep } from '../../../protocol/steps/binarize';
import type { TernarizeStep } from '../../../protocol/steps/ternarize';
import type { ModelContent } from '../../checkpoint/types';
import type { GraphTensor } from '../../model/model-graph';
import { kernelChannels, type Channels } from '../../model/kernel-channels';
import { restricted, type RestrictedModel } from './restrict';
import { binarized, ternarized } from './signs';

type SignStep = TernarizeStep | BinarizeStep;

/** Sets every weight of the kernels to -a, 0 or +a. @throws UserError where a protected name stands for no layer */
export const ternarizedModel = (model: ModelContent, step: TernarizeStep): RestrictedModel => bySigns(model, step);

/** Sets every weight of the kernels to -a or +a. @throws UserError where a protected name stands for no layer */
export const binarizedModel = (model: ModelContent, step: BinarizeStep): RestrictedModel => bySigns(model, step);

const bySigns = (model: ModelContent, step: SignStep): RestrictedModel =>
  restricted(model, {
    ...{ protect: step.protect, ends: step.ends },
    change: (kernel) => signed(step, kernel.tensor.data, scalesOf(kernel, step.scaleOf)),
    code: Math.sign,
  });

/** Rounds weights as a step does. */
export const signed = ({ step }: Pick<SignStep, 'step'>, data: Float32Array, scales: Channels): Float32Array =>
  step === 'ternarize' ? ternarized(data, scales) : binarized(data, scales);

/** Returns the groups of the weights of a kernel that share a scale. */
export const scalesOf = (kernel: GraphTensor, scaleOf: SignStep['scaleOf']): Channels =>
  scaleOf === 'tensor' ? { count: 1, inner: kernel.params } : kernelChannels(kernel);
