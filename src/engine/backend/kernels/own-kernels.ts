/** The gradient of `ClipByValue`, which tfjs writes as four operators and a tensor of zeros. */
export const CLIP_GRADIENT = 'ClipGradient';

/** Kernels that no other backend has. Only the gradients of this one call them, with inputs that they take. */
export const OWN_KERNELS: readonly string[] = [CLIP_GRADIENT];
