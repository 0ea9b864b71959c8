/** The gradient of `ClipByValue`. tfjs writes it as four operators and a tensor of zeros. */
export const CLIP_GRADIENT = 'ClipGradient';

/** One step of Adam for all weights: one call instead of twelve for each weight. */
export const ADAM_STEP = 'AdamStep';

/** Kernels that only this backend has and calls. */
export const OWN_KERNELS: readonly string[] = [CLIP_GRADIENT, ADAM_STEP];
