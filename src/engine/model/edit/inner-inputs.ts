import type { ModelContent } from '../../checkpoint/types';
import { innerInputsOf } from '../layers-model/description/inner-inputs';
import type { InnerInput } from './edit';

/**
 * Lists the inputs of nested models. A graph has no nested models, but their descriptions declare shapes of their own,
 * which must agree with the tensors that enter.
 */
export const innerInputs = (model: ModelContent): InnerInput[] => innerInputsOf(model);
