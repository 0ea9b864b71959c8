import type { Activation } from '../graph/operations';

/** The activation attributes of fused kernels. */
export interface FusedAttributes {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

export const LINEAR: Activation = { name: 'linear', alpha: 0 };
const NAMES: readonly string[] = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'];

/** Returns the activation of a fused kernel call; undefined if it cannot be recorded. */
export function activationOf({ activation = 'linear', leakyreluAlpha = 0.2 }: FusedAttributes): Activation | undefined {
  return isActivationName(activation) ? { name: activation, alpha: leakyreluAlpha } : undefined;
}

function isActivationName(name: string): name is Activation['name'] {
  return NAMES.includes(name);
}
