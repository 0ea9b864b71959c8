import { z } from 'zod';

const fileResult = z.object({
  /** Full names of specs. */
  passed: z.array(z.string()),
  failures: z.array(z.object({ name: z.string(), message: z.string() })),
});

/** The results of the specs on one backend. */
export const conformanceResult = z.object({
  backend: z.string(),
  files: z.record(z.string(), fileResult),
  loadErrors: z.array(z.string()),
  fallbacks: z.record(z.string(), z.number()),
});

export type FileResult = z.infer<typeof fileResult>;
export type ConformanceResult = z.infer<typeof conformanceResult>;
