import type { ModelContent } from './types';

/** Whether two models are described by the same words in the same order. */
export const describedAlike = (a: ModelContent, b: ModelContent): boolean =>
  JSON.stringify(a.modelTopology) === JSON.stringify(b.modelTopology);
