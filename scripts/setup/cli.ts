import { z } from 'zod';
import { inRoot } from './paths';
import { run } from './run';

/** Builds the command line. */
export async function buildCommandLine(): Promise<void> {
  await run(process.execPath, [inRoot('esbuild.mjs'), '--production', '--only', 'cli,engine']);
}

/** Runs `secateur ... --json`, shows or hides its progress, and parses its JSON document by schema. */
export async function secateur<T>(
  schema: z.ZodType<T>,
  args: readonly string[],
  output: 'progress' | 'quiet' = 'progress',
): Promise<T> {
  const stdout = await run(process.execPath, [inRoot('dist', 'cli.js'), ...args, '--json'], { output });
  return schema.parse(JSON.parse(stdout));
}

/** The used parts of the output of `secateur train`. */
export const TrainOutput = z.object({
  out: z.string(),
  epochs: z.array(z.object({ epoch: z.number(), testAccuracy: z.number(), seconds: z.number() })).min(1),
  best: z.object({ epoch: z.number(), testAccuracy: z.number() }),
});

/** The used parts of the output of `secateur evaluate`. */
export const EvaluateOutput = z.object({
  samples: z.number(),
  loss: z.number(),
  accuracy: z.number(),
  dataset: z.object({ name: z.string(), sample: z.boolean() }),
});

/** The used parts of the output of `secateur prune`. */
export const PruneOutput = z.object({ out: z.string() });

/** The used parts of the output of `secateur inspect`. */
export const InspectOutput = z.object({
  totals: z.object({
    params: z.number(),
    nonzero: z.number(),
    sparsity: z.number(),
    bytes: z.number(),
    gzipBytes: z.number(),
  }),
});
