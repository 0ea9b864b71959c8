// usage: npm run golden -- --against REVISION [--only NAME,...]    Builds the working tree and another revision, runs ten small
// recipes with the command line of each, and compares the bytes of the weights. Bits depend on the processor: compare on one.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../../scripts/setup/paths';
import { runMain, ScriptError } from '../../scripts/setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import { buildRevision, buildWorkingTree } from './build';
import { compareBuilds, type Verdict } from './golden';
import { writeRecipes } from './recipes';

const { values } = parseArgs({ options: { against: { type: 'string' }, only: { type: 'string' } } });

runMain(async () => {
  const { against, only } = values;
  if (against === undefined) throw new ScriptError('Give a revision: npm run golden -- --against REVISION.');
  const cache = inRoot('.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'golden-'));
  try {
    const recipes = await writeRecipes(path.join(folder, 'recipes'));
    const names = only?.split(',') ?? recipes.map(({ name }) => name);
    const unknown = names.find((name) => !recipes.some((recipe) => recipe.name === name));
    if (unknown !== undefined)
      throw new ScriptError(`No recipe "${unknown}": choose from ${recipes.map(({ name }) => name).join(', ')}.`);
    console.error(`Building ${against} and the working tree.`);
    const before = await buildRevision(against, path.join(folder, 'revision'));
    const after = await buildWorkingTree();
    const verdicts: Verdict[] = [];
    for (const recipe of recipes.filter(({ name }) => names.includes(name))) {
      console.error(recipe.name);
      const side = (cli: string, name: string) => ({ cli, recipe, out: path.join(folder, name, recipe.name) });
      verdicts.push(await compareBuilds(side(before, 'before'), side(after, 'after'), recipe.trains));
    }
    console.log(report(verdicts, against));
    if (verdicts.some(({ whole, resumed }) => whole.length + (resumed?.length ?? 0) > 0)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function report(verdicts: readonly Verdict[], against: string): string {
  const word = (lines: readonly string[] | null): string =>
    lines === null ? '-' : lines.length === 0 ? 'same' : 'DIFFERS';
  const rows = verdicts.map(({ name, whole, resumed, seconds }) => [
    ...[name, word(whole), word(resumed), seconds.before.toFixed(1), seconds.after.toFixed(1)],
  ]);
  const heads = ['recipe', 'whole', 'resumed', `s, ${against}`, 's, working tree'];
  const details = verdicts.flatMap(({ name, whole, resumed }) => [
    ...whole.map((line) => `${name}: ${line}`),
    ...(resumed ?? []).map((line) => `${name}, resumed: ${line}`),
  ]);
  return [formatTable(heads, rows), ...(details.length > 0 ? ['', ...details] : [])].join('\n');
}
