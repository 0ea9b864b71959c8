import * as z from 'zod';

/** Layers by name; * stands for any characters. The list is bounded, because each pattern is tried on every layer name. */
export const LayerPatterns = z
  .array(z.string().min(1, 'must not be empty').max(1000, 'must have at most 1,000 characters'))
  .max(1000, 'must be at most 1,000 patterns');
