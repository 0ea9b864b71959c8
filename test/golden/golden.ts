import path from 'node:path';
import { differences } from './compare';
import { runResumed, runWhole } from './execute';
import type { GoldenRecipe } from './recipes';

/** The result of one recipe in two builds. */
export interface Verdict {
  readonly name: string;
  /** Differences between the runs that nothing interrupted, a line each. */
  readonly whole: readonly string[];
  /** Differences between each resumed run and the reference's uninterrupted one; null where none was asked for. */
  readonly resumed: readonly string[] | null;
  /** Duration of the uninterrupted run, in seconds, of the reference and of the other. */
  readonly seconds: { readonly before: number; readonly after: number };
}

/** A build: its command line, and the recipes that it runs. */
export interface Side {
  readonly cli: string;
  readonly recipe: GoldenRecipe;
  /** An empty folder for its runs. */
  readonly out: string;
}

/**
 * Runs one recipe in two builds, interrupted and not, and compares the checkpoints that the runs leave.
 * @throws ScriptError where a run fails
 */
export async function compareBuilds(before: Side, after: Side, resume: boolean): Promise<Verdict> {
  const reference = path.join(before.out, 'whole');
  const seconds = { before: await timed(before, reference), after: await timed(after, path.join(after.out, 'whole')) };
  const whole = await differences(reference, path.join(after.out, 'whole'));
  const resumed: string[] = [];
  if (resume) {
    for (const { cli, recipe, out } of [before, after]) {
      await runResumed(cli, recipe.file, path.join(out, 'resumed'));
      resumed.push(...(await differences(reference, path.join(out, 'resumed'))));
    }
  }
  return { name: before.recipe.name, whole, resumed: resume ? resumed : null, seconds };
}

async function timed({ cli, recipe }: Side, out: string): Promise<number> {
  const start = performance.now();
  await runWhole(cli, recipe.file, out);
  return (performance.now() - start) / 1000;
}
