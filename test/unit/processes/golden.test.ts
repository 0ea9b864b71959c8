import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { compareBuilds, type Side } from '../../golden/golden';
import { writeRecipes } from '../../golden/recipes';

const cli = path.join(inject('dist'), 'cli.js');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'secateur-golden-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A build that runs the shortest of the recipes that train, with a seed. */
async function side(name: string, seed: number): Promise<Side> {
  const recipes = await writeRecipes(path.join(folder, name, 'recipes'), seed);
  const recipe = recipes.find((one) => one.name === 'rewind-to-epoch');
  if (!recipe) throw new Error('The recipe is gone.');
  return { cli, recipe, out: path.join(folder, name) };
}

it('finds the same weights in two runs of one build, resumed too', async () => {
  const { whole, resumed } = await compareBuilds(await side('one', 7), await side('other', 7), true);
  expect({ whole, resumed }).toEqual({ whole: [], resumed: [] });
});

it('finds other weights where one of the runs has another seed', async () => {
  const { whole } = await compareBuilds(await side('first', 7), await side('second', 8), false);
  expect(whole).toContainEqual(expect.stringMatching(/is missing$|has other bytes$/));
});

it('knows ten recipes, and in them every step and every score of the published schema', async () => {
  const recipes = await writeRecipes(path.join(folder, 'ten'));
  expect(recipes).toHaveLength(10);
  const texts = await Promise.all(recipes.map(({ file }) => readFile(file, 'utf8')));
  const schema = await readFile('schemas/recipe.schema.json', 'utf8');
  const [known, used] = [namesIn(JSON.parse(schema)), namesIn(texts.map((text) => Json.parse(JSON.parse(text))))];
  expect([...known].filter((name) => !used.has(name) && !UNKNOWN_BEFORE.has(name))).toEqual([]);
});

/** Steps that the revisions which are compared do not know yet: none of them can run a recipe with one. */
const UNKNOWN_BEFORE: ReadonlySet<string> = new Set([
  'step merge',
  'step factorize',
  'step compact',
  'step distill',
  'step quantize',
  'step cluster',
  'step ternarize',
  'step binarize',
  'step pack',
]);

const Json = z.json();

/**
 * Every name of a step or a score: `step: name` in recipes, `step: { const }` and `score: { enum }` in their schema, whose
 * snippets have placeholders in the place of names.
 */
function namesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'defaultSnippets') return undefined;
    if (key !== 'step' && key !== 'score') return inner;
    const said = Said.parse(inner);
    for (const name of typeof said === 'string' ? [said] : (said.enum ?? [said.const])) names.add(`${key} ${name}`);
    return undefined;
  });
  return names;
}

const Said = z.union([z.string(), z.object({ const: z.string().optional(), enum: z.array(z.string()).optional() })]);
