/** The gradient of `ClipByValue`, which tfjs writes as four operators and a tensor of zeros. */
export const CLIP_GRADIENT = 'ClipGradient';

/** One step of Adam for all weights: a call in the place of the twelve for each that its formula takes. */
export const ADAM_STEP = 'AdamStep';

/** Kernels that no other backend has. Only this one calls them, with inputs that they take. */
export const OWN_KERNELS: readonly string[] = [CLIP_GRADIENT, ADAM_STEP];
