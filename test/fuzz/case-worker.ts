// The process in which cases run; `main.ts` starts it, hears of each case by IPC, and ends it where it hangs.
import './watched';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { Random } from '../../src/engine/dataset/random';
import { CancelledError, UserError } from '../../src/protocol/errors';
import { startEngine } from './ask';
import { askUnbent, PIPE, targets } from './cases';
import { complaintOf } from './complaint';
import { pick } from './mutate';
import { makeSeeds } from './seeds';
import type { News } from './news';
import { accessOutside } from './watch-files';

const Settings = z.object({
  folder: z.string(),
  fixtures: z.string(),
  corpus: z.string(),
  data: z.string(),
  sample: z.string(),
  seed: z.number(),
  from: z.number(),
  only: z.string().optional(),
});
const VICTIM = 'this file belongs to nobody who asks';

const tell = (news: News): void => {
  process.send?.(news);
};

/** Returns true while the folder that no case may touch is unchanged. */
async function isUntouched(victim: string): Promise<boolean> {
  const names = await readdir(victim).catch(() => []);
  return (
    names.sort().join() === `kept.bin,${PIPE}` && (await readFile(path.join(victim, 'kept.bin'), 'utf8')) === VICTIM
  );
}

async function main(): Promise<void> {
  const { folder, fixtures, corpus, data, sample, seed, from, only } = Settings.parse(
    JSON.parse(process.argv[2] ?? ''),
  );
  const ask = await startEngine(path.join(folder, 'cache'));
  const seeds = await makeSeeds(path.join(folder, `seeds-${from}`), { fixtures, corpus, data, sample }, ask);
  const names = only === undefined ? Object.keys(targets) : [only];
  for (let index = from; ; index++) {
    const random = new Random(seed, index);
    const unbent = only === undefined ? seeds.models[index] : undefined;
    const target = only ?? (unbent !== undefined || random.below(3) === 0 ? 'model' : pick(random, names));
    const place = path.join(folder, String(index));
    const victim = path.join(place, 'victim');
    // A worker before this one may have begun it.
    await rm(place, { recursive: true, force: true });
    await mkdir(victim, { recursive: true });
    await writeFile(path.join(victim, 'kept.bin'), VICTIM);
    execFileSync('mkfifo', [path.join(victim, PIPE)]);
    const { folders, listed, questions, packed } =
      unbent === undefined ? await targets[target]!(place, seeds, random, ask) : askUnbent(unbent, seeds.data, ask);
    const found: string[] = [];
    let [answered, refused] = [0, 0];
    for (const question of questions) {
      tell({ kind: 'begin', index, target });
      const own = [...folders, path.join(folder, 'cache'), '/proc', '/sys'];
      const answer = async (): Promise<void> => {
        try {
          await question();
          answered++;
        } catch (error) {
          refused++;
          if (!(error instanceof CancelledError)) {
            const complaint = complaintOf(error, error instanceof UserError);
            if (complaint !== undefined) found.push(complaint);
          }
        }
      };
      const outside = await accessOutside(own, answer, listed);
      found.push(...outside.map((access) => `touched what is outside: ${access}`));
    }
    if (!(await isUntouched(victim))) found.push('changed a file outside');
    tell({ kind: 'end', index, target, found: [...new Set(found)], answered, refused, packed });
    if (found.length === 0) await rm(place, { recursive: true, force: true });
    // The parent's word that it has heard keeps this process from running ahead.
    await new Promise((resolve) => process.once('message', resolve));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
