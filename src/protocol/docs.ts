import * as z from 'zod';

/** The pages of the documentation that the package has, by their file names in `docs` without `.md`. */
export const DocsPage = z.enum([
  'advice',
  'compact',
  'data',
  'distill',
  'factorize',
  'few-values',
  'files',
  'panel',
  'quantize',
  'recipes',
  'remove',
  'schedules',
  'scores',
  'sensitivity',
  'targets',
]);
export type DocsPage = z.infer<typeof DocsPage>;
