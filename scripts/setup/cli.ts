import { z } from 'zod';
import { Evaluation } from '../../src/protocol/measure';
import { inRoot } from './paths';
import { run } from './run';

/** Builds the command line afresh. */
export async function buildCommandLine(): Promise<void> {
  await run(process.execPath, [inRoot('esbuild.mjs'), '--production', '--only', 'cli,engine']);
}

/** Runs `secateur ... --json`, its progress on this terminal or kept quiet, and gives its one JSON document by schema. */
export async function secateur<T>(
  schema: z.ZodType<T>,
  args: readonly string[],
  output: 'progress' | 'quiet' = 'progress',
): Promise<T> {
  const stdout = await run(process.execPath, [inRoot('dist', 'cli.js'), ...args, '--json'], { output });
  return schema.parse(JSON.parse(stdout));
}

/** The parts that the scripts use of what `secateur train` prints. */
export const TrainOutput = z.object({
  out: z.string(),
  epochs: z.array(z.object({ epoch: z.number(), testAccuracy: z.number(), seconds: z.number() })).min(1),
  best: z.object({ epoch: z.number(), testAccuracy: z.number() }),
});

/** The parts that the scripts use of what `secateur evaluate` prints. */
export const EvaluateOutput = Evaluation.pick({ samples: true, loss: true, accuracy: true, dataset: true });

/** The parts that the scripts use of what `secateur prune` prints. */
export const PruneOutput = z.object({ out: z.string() });

/** The parts that the scripts use of what `secateur inspect` prints. */
export const InspectOutput = z.object({
  totals: z.object({
    params: z.number(),
    nonzero: z.number(),
    sparsity: z.number(),
    bytes: z.number(),
    gzipBytes: z.number(),
  }),
});
