import type { ModelContent } from './types';

/** Returns true for two models whose descriptions are equal, also in the order of keys. */
export const describedAlike = (a: ModelContent, b: ModelContent): boolean =>
  JSON.stringify(a.modelTopology) === JSON.stringify(b.modelTopology);
