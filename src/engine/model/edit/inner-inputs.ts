import type { ModelContent } from '../../checkpoint/types';
import { innerInputsOf } from '../layers-model/description/inner-inputs';
import type { InnerInput } from './edit';

/**
 * The inputs of the models within a model. A graph has dissolved them, but their descriptions declare shapes of their own,
 * which must agree with what is fed.
 */
export const innerInputs = (model: ModelContent): InnerInput[] => innerInputsOf(model);
