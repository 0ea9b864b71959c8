import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { UserError } from '../../../src/protocol/errors';
import { Recipe } from '../../../src/protocol/recipe';
import type { RunEvent } from '../../../src/protocol/run';
import { tools } from '../../../src/tools/list';
import { ONE_SENTENCE } from '../../fixtures/bad-input';
import { temporaryFolder } from '../temporary';
import { answer, connect, engineHere, refusal } from './connect';

const engine = engineHere();
const data = 'fashion-mnist-sample';
const Totals = z.object({ params: z.number(), packedBytes: z.number() });
const Accuracy = z.tuple([z.object({ name: z.literal('accuracy'), value: z.number() })], z.unknown());

const Layer = z.object({ name: z.string(), points: z.array(z.object({ amount: z.number(), metrics: Accuracy })) });

/** A folder with a network that was trained on real images. */
async function folderWithModel(): Promise<string> {
  const folder = await temporaryFolder();
  await cp('media/samples/fashion-cnn', path.join(folder, 'net'), { recursive: true });
  return folder;
}

describe('a session of an agent', () => {
  it('makes a model half the size without losing accuracy', { timeout: 120_000 }, async () => {
    const folder = await folderWithModel();
    const client = await connect(engine, [folder]);
    expect(client.getInstructions()).toContain('run_recipe');
    const { tools: offered } = await client.listTools();
    expect(offered.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));

    const inspected = await answer(client, 'inspect', { model: 'net', layers: 3 });
    expect(inspected).toMatchObject({ format: 'layers-model', leftOut: expect.any(Number) as number });
    expect(inspected['layers']).toHaveLength(3);

    const progress: number[] = [];
    const evaluated = await answer(
      client,
      'evaluate',
      { model: 'net', data, samples: 300 },
      { onprogress: (part) => progress.push(part.progress) },
    );
    expect(evaluated).toMatchObject({ split: 'test', samples: 300, dataset: { sample: true } });
    const [before] = Accuracy.parse(evaluated['metrics']);
    expect(before.value).toBeGreaterThan(0.85);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));

    const scanned = await answer(client, 'sensitivity', { model: 'net', data, sparsities: [0.5, 0.8], samples: 60, layers: 1 }); // prettier-ignore
    const [largest, ...others] = z.array(Layer).parse(scanned['layers']);
    expect(others).toEqual([]);
    // The dense layer, which holds most weights, bears to lose half of them.
    expect(largest!.points.map(({ amount }) => amount)).toEqual([0.5, 0.8]);
    expect(largest!.points[0]!.metrics[0].value).toBeGreaterThan(0.8);

    const prune = { step: 'prune', amount: { sparsity: 0.5 } };
    const planned = await answer(client, 'plan', { model: 'net', step: prune, data, samples: 60, layers: 2 });
    expect(planned).toMatchObject({ kind: 'zeros', metrics: { samples: 60 }, totals: { after: { params: 458_570 } } });

    // Without data, which a run would measure whole: `compare` measures on some examples.
    const steps = [prune, { step: 'quantize', bits: 'int8' }, { step: 'pack' }];
    const recipe = { recipeVersion: 1, checkpoint: 'net', steps };
    const shares: number[] = [];
    const ran = await answer(
      client,
      'run_recipe',
      { recipe, out: 'half' },
      { onprogress: (part) => shares.push(part.progress) },
    );
    expect(ran).toMatchObject({ folder: path.join(folder, 'half'), sampleData: false });
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);

    const compared = await answer(client, 'compare', { a: 'net', b: 'half', data, samples: 300 });
    const Side = z.object({ totals: Totals, metrics: Accuracy });
    const { a, b } = z.object({ a: Side, b: Side }).parse(compared);
    expect(b.totals.packedBytes).toBeLessThan(a.totals.packedBytes / 2);
    expect(a.metrics[0].value).toBe(before.value);
    expect(b.metrics[0].value).toBeGreaterThan(before.value - 0.03);

    const listed = await answer(client, 'list_runs', {});
    expect(listed).toMatchObject({ runs: [{ folder: path.join(folder, 'half'), state: 'finished' }], complete: true });
    const { resources } = await client.listResources();
    const run = resources.find(({ uri }) => uri.startsWith('secateur://runs/'))!;
    const [content] = (await client.readResource({ uri: run.uri })).contents;
    if (!content || !('text' in content)) throw new Error('the resource is no text');
    expect(JSON.parse(content.text)).toMatchObject({ state: 'finished', recipe: { recipeVersion: 1 } });
  });

  it('gets advice whose recipes run as they are', { timeout: 120_000 }, async () => {
    const folder = await folderWithModel();
    const client = await connect(engine, [folder]);
    // Without data nothing is timed or measured, so that a busy machine gives the same answer.
    const advised = await answer(client, 'advise', {
      model: 'net',
      goal: { bytes: '50%' },
      try: 2,
      minutes: 60,
      layers: 1,
    });
    const { recipes, now, leftOut } = z
      .object({
        recipes: z.array(z.object({ recipe: Recipe, seconds: z.number().nullable(), meets: z.boolean().nullable() })),
        now: z.object({ packedBytes: z.number() }),
        leftOut: z.number(),
      })
      .parse(advised);
    expect(leftOut).toBeGreaterThan(2);
    const chosen = recipes.find(({ seconds, meets }) => seconds === 0 && meets)?.recipe;
    if (!chosen) throw new Error(`no recipe meets the goal without training: ${JSON.stringify(recipes)}`);
    const ran = await answer(client, 'run_recipe', { recipe: chosen, out: 'advised' });
    const { after } = z.object({ after: Totals }).parse(ran);
    expect(after.packedBytes).toBeLessThanOrEqual(now.packedBytes / 2);
  });

  it('hears of a run before its share grows, and each time a little more', async () => {
    const folder = await folderWithModel();
    let time = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 1000));
    onTestFinished(() => clock.mockRestore());
    const progress = {
      stage: 'finding the normalization',
      done: 0,
      total: 2000,
      unit: 'images',
      rate: 50,
      secondsLeft: 40,
    };
    const finding = (done: number, share?: number): RunEvent => ({
      ...{ kind: 'progress', progress: { ...progress, done } },
      ...(share === undefined ? {} : { clock: { share } }),
    });
    const events: RunEvent[] = [
      { kind: 'message', text: 'Task: any.' },
      finding(100),
      finding(200),
      { kind: 'step', index: 0, steps: 1, step: 'prune' },
      finding(300, 0.5),
      finding(400, 1),
      { kind: 'message', text: 'The share has come to its end.' },
    ];
    const client = await connect(engine, [folder], [], (_request, _signal, onEvent) => {
      events.forEach(onEvent);
      return Promise.reject(new UserError('It ends here.'));
    });
    const heard: { progress: number; message?: string | undefined }[] = [];
    const recipe = { recipeVersion: 1, checkpoint: 'net', steps: [{ step: 'prune' }] };
    const running = answer(client, 'run_recipe', { recipe, out: 'x' }, { onprogress: (one) => heard.push(one) });
    await expect(running).rejects.toThrow('It ends here.');
    expect(heard.map(({ message }) => message?.replace(/ of .*/, ''))).toEqual([
      'Task: any.',
      'finding the normalization: 100',
      'finding the normalization: 200',
      'step 1',
      'finding the normalization: 50%, 300',
      'finding the normalization: 100%, 400',
    ]);
    const shares = heard.map(({ progress }) => progress);
    expect(shares.every((share, i) => share > (shares[i - 1] ?? -1))).toBe(true);
    expect(shares.slice(-2)).toEqual([0.5, 1]);
  });

  it('cancels a run, which leaves nothing half-written, and answers on', { timeout: 60_000 }, async () => {
    const folder = await folderWithModel();
    const client = await connect(engine, [folder]);
    const steps = [
      { step: 'prune', amount: { sparsity: 0.5 } },
      { step: 'finetune', epochs: 500, batchSize: 256 },
    ];
    const recipe = { recipeVersion: 1, checkpoint: 'net', data, steps };
    const abort = new AbortController();
    const told = vi.fn();
    const running = answer(
      client,
      'run_recipe',
      { recipe, out: 'runs/long' },
      {
        signal: abort.signal,
        onprogress: ({ progress, message }) => {
          told(message);
          // The share of a run begins to grow when it trains.
          if (progress > 0.001) abort.abort();
        },
      },
    );
    await expect(running).rejects.toThrow();
    expect(told).toHaveBeenCalled();
    // The run ends behind its answer: then no folder of it is left, or one that can go on.
    await vi.waitFor(
      async () => {
        const { runs } = z
          .object({ runs: z.array(z.object({ state: z.string() })) })
          .parse(await answer(client, 'list_runs', {}));
        expect(runs.every(({ state }) => state === 'unfinished')).toBe(true);
      },
      { timeout: 30_000, interval: 200 },
    );
    await answer(client, 'inspect', { model: 'net' });
  });
});

describe('an agent is refused with one sentence', () => {
  const refused = async (
    name: string,
    input: Record<string, unknown>,
    prepare: (folder: string) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string> => {
    const folder = await folderWithModel();
    await prepare(folder);
    const sentence = await refusal(await connect(engine, [folder]), name, input);
    expect(sentence).toMatch(ONE_SENTENCE);
    return sentence;
  };
  const prune = { recipeVersion: 1, checkpoint: 'net', steps: [{ step: 'prune', amount: { sparsity: 0.5 } }] };

  it('for bad input, which names the place', async () => {
    expect(await refused('inspect', {})).toMatch(/"inspect" is not valid: model: is missing/);
    expect(await refused('inspect', { model: 'net', more: 1 })).toMatch(/more/);
    expect(await refused('inspect', { model: 'none' })).toMatch(/"none" does not exist/);
    expect(await refused('inspect', { model: '.' })).toMatch(/holds no model\.json/);
    expect(await refused('plan', { model: 'net', step: { step: 'prune', amount: { sparsity: 2 } } })).toMatch(
      /The step is not valid: amount\.sparsity/,
    );
    expect(await refused('run_recipe', { recipe: { ...prune, steps: [] }, out: 'x' })).toMatch(/recipe\.steps/);
    expect(await refused('run_recipe', { recipe: { ...prune, more: 1 }, out: 'x' })).toMatch(
      /recipe is not valid.*more/,
    );
    expect(await refused('evaluate', { model: 'net', data: { source: data, task: 'x' } })).toMatch(/data is not valid: task/); // prettier-ignore
    expect(await refused('inspect', { model: 'a\0b' })).toMatch(/no path/);
  });

  it('for paths outside of the folders, also through links and in recipes', async () => {
    const outside = await folderWithModel();
    const link = (folder: string): Promise<void> => symlink(outside, path.join(folder, 'link'));
    expect(await refused('inspect', { model: path.join(outside, 'net') })).toMatch(/lies outside/);
    expect(await refused('inspect', { model: 'link/net' }, link)).toMatch(/lies outside/);
    expect(await refused('inspect', { model: '../' })).toMatch(/lies outside/);
    expect(await refused('run_recipe', { recipe: prune, out: path.join(outside, 'new') })).toMatch(/cannot be written/);
    expect(await refused('run_recipe', { recipe: prune, out: 'link/new' }, link)).toMatch(/cannot be written/);
    expect(await refused('run_recipe', { recipe: prune, out: '../new' })).toMatch(/cannot be written/);
    expect(await refused('run_recipe', { recipe: prune, out: '.' })).toMatch(/cannot be written/);
    const teacher = path.join(outside, 'net');
    const distilled = { ...prune, data, steps: [{ step: 'distill', student: 'scaled', teacher }] };
    expect(await refused('run_recipe', { recipe: distilled, out: 'new' })).toMatch(/lies outside/);
    expect(await refused('plan', { model: 'net', step: { step: 'rewind', to: teacher } })).toMatch(/lies outside/);
    const described = (folder: string): Promise<void> =>
      writeFile(path.join(folder, 'x.data.json'), JSON.stringify({ source: outside }));
    expect(await refused('evaluate', { model: 'net', data: 'x.data.json' }, described)).toMatch(/lies outside/);
    expect(await refused('list_runs', { folder: outside })).toMatch(/lies outside/);
  });

  it('for a program in a recipe, which an agent could have written', async () => {
    const own = { ...prune, layers: 'own.js' };
    const write = (folder: string): Promise<void> => writeFile(path.join(folder, 'own.js'), 'process.exit(3)');
    expect(await refused('run_recipe', { recipe: own, out: 'new' }, write)).toMatch(/module of layers/);
  });

  it('for an existing target, which stays as it is', async () => {
    const folder = await folderWithModel();
    await mkdir(path.join(folder, 'empty'));
    await symlink(path.join(folder, 'missing'), path.join(folder, 'dangling'));
    const client = await connect(engine, [folder]);
    const before = await readFile(path.join(folder, 'net', 'model.json'), 'utf8');
    for (const out of ['net', 'empty', 'net/model.json']) {
      const sentence = await refusal(client, 'run_recipe', { recipe: prune, out });
      expect(sentence).toMatch(/there already, and nothing is ever overwritten/);
      expect(sentence).toMatch(ONE_SENTENCE);
    }
    expect(await refusal(client, 'run_recipe', { recipe: prune, out: 'dangling' })).toMatch(/link to nothing/);
    expect(await readFile(path.join(folder, 'net', 'model.json'), 'utf8')).toBe(before);
  });

  it('for tools and resources that do not exist', async () => {
    const client = await connect(engine, [await folderWithModel()]);
    await expect(client.callTool({ name: 'remove_everything', arguments: {} })).rejects.toThrow(/There is no tool/);
    for (const uri of ['secateur://schemas/x', 'secateur://runs/%2Fetc', 'secateur://runs/%', 'file:///etc/passwd'])
      await expect(client.readResource({ uri })).rejects.toThrow(/There is no|does not exist|lies outside|no percent/);
  });
});

it('folders that are only read take no runs', async () => {
  const [folder, models] = [await temporaryFolder(), await folderWithModel()];
  const client = await connect(engine, [folder], [models]);
  await answer(client, 'inspect', { model: path.join(models, 'net') });
  const recipe = {
    recipeVersion: 1,
    checkpoint: path.join(models, 'net'),
    steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
  };
  expect(await refusal(client, 'run_recipe', { recipe, out: path.join(models, 'new') })).toMatch(/cannot be written/);
  await answer(client, 'run_recipe', { recipe, out: 'new' });
});

it('a recipe in a file runs from its own folder', async () => {
  const folder = await folderWithModel();
  await mkdir(path.join(folder, 'recipes'));
  const recipe = { recipeVersion: 1, checkpoint: '../net', steps: [{ step: 'quantize', bits: 'int8' }] };
  await writeFile(path.join(folder, 'recipes', 'eight.recipe.json'), JSON.stringify(recipe));
  const client = await connect(engine, [folder]);
  const ran = await answer(client, 'run_recipe', { recipe: 'recipes/eight.recipe.json', out: 'eight' });
  expect(ran).toMatchObject({ steps: [{ step: 'quantize' }], noAccuracy: expect.any(String) as string });
});

it('the list of tools is small enough for the context of an agent', async () => {
  const client = await connect(engine, [await temporaryFolder()]);
  const { tools: offered } = await client.listTools();
  expect(JSON.stringify(offered.map((one) => ({ ...one, outputSchema: undefined }))).length).toBeLessThan(30_000);
  expect(offered.filter(({ annotations }) => annotations?.readOnlyHint !== true).map(({ name }) => name)).toEqual(['run_recipe']); // prettier-ignore
});
