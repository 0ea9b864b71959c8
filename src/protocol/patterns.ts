import * as z from 'zod';

/** Layers by name, where * stands for any characters. Bounded, because each is tried on the name of every layer. */
export const LayerPatterns = z
  .array(z.string().min(1, 'must not be empty').max(1000, 'must have at most 1,000 characters'))
  .max(1000, 'must be at most 1,000 patterns');
