import { lstat, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRecipe } from '../../src/engine/cli/recipe';
import type { Random } from '../../src/engine/dataset/random';
import { readListedRun } from '../../src/disk/read-run';
import type { RecipeStepInput } from '../../src/protocol/steps';
import { isCheckpointText, isRecipeText } from '../../src/protocol/checkpoint';
import type { Ask } from './ask';
import { mutateBytes, mutateJson, mutateLines, pick } from './mutate';
import { writeHostile } from './settings';
import { mutatePacked } from './mutate-packed';
import { answerTo, growth, MOST_BEYOND } from './packed-files';
import type { PackedTally } from './news';
import { copied, filesBelow, scanOf, textOf, type Seeds } from './seeds';

/** Time after which work that may take hours is cancelled, in milliseconds. */
const PATIENCE_MS = 400;

/** A pipe in the folder that no case may change. */
export const PIPE = 'pipe';

/** Changed packed files that a case opens; a case more opens one of them as a person does. */
const FILES = 50;
/** One of so many is of full size. */
const LARGE = 50;

/** One thing that is asked, and the folders that it may touch. */
export interface Case {
  readonly folders: readonly string[];
  /** Folders whose names it may list. */
  readonly listed?: readonly string[];
  /** Packed files that were opened, with the worst of them; filled in while questions are asked. */
  readonly packed?: PackedTally;
  /** Each is asked by itself; all of them may be refused. */
  readonly questions: readonly (() => Promise<unknown>)[];
}

type Build = (folder: string, seeds: Seeds, random: Random, ask: Ask) => Promise<Case>;

const patience = () => ({ signal: AbortSignal.timeout(PATIENCE_MS) });
const some = <T>(random: Random, count: number, values: readonly T[]): T[] =>
  Array.from({ length: count }, () => pick(random, values));

/** Changes a file by its kind. */
async function bend(file: string, random: Random): Promise<void> {
  // A change before may have put a link out of the folder there, which is not to be written through.
  if (!(await lstat(file)).isFile()) return;
  const name = path.basename(file);
  if (name.endsWith('.jsonl')) await writeFile(file, mutateLines(await textOf(file), random));
  else if (name.endsWith('.json')) await writeFile(file, mutateJson(await textOf(file), random), 'latin1');
  else await writeFile(file, mutateBytes(await readFile(file), random));
}

/** Puts a link out of the folder, to a pipe that nobody fills, or to itself, or a folder in the place of a file or folder. */
async function displace(place: string, victim: string, random: Random): Promise<void> {
  await rm(place, { recursive: true, force: true });
  const to = pick(random, [
    victim,
    path.join(victim, 'kept.bin'),
    path.join(victim, 'new.bin'),
    path.join(victim, PIPE),
    place,
  ]);
  if (random.below(6) === 0) await mkdir(place);
  else await symlink(to, place);
}

/** A copy of a model with one of its files changed. */
async function bentModel(folder: string, seeds: Seeds, random: Random, which: RegExp): Promise<string> {
  const model = path.join(folder, 'model');
  await copied(pick(random, seeds.models), model);
  const files = (await filesBelow(model)).filter((file) => which.test(file));
  // Some have no shards.
  const file = files.length > 0 ? pick(random, files) : path.join(model, 'model.json');
  // The description itself may be a link: it is what the person named.
  if (random.below(15) === 0 && file.endsWith('.bin')) await displace(file, path.join(folder, 'victim'), random);
  else await bend(file, random);
  return path.join(model, 'model.json');
}

/** Questions about a model beside its inspection. */
function questionsAbout(model: string, data: string, ask: Ask): (() => Promise<unknown>)[] {
  const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
  const steps: readonly RecipeStepInput[] = [
    prune,
    { step: 'remove', amount: { channels: 0.4 } },
    { step: 'compact', amount: { macs: 0.6 } },
    { step: 'finetune', gradual: { sparsity: 0.5 } },
    { step: 'rewind', to: model },
    { step: 'recalibrate' },
    { step: 'merge' },
    { step: 'factorize', amount: { params: 0.5 } },
    { step: 'distill', width: 0.5 },
    { step: 'target', goal: { accuracy: 0.5 } },
  ];
  return [
    () => ask('histogram', { model, layers: [null] }),
    ...steps.map((step) => () => ask('plan', { model, step }, patience())),
    () => ask('plan', { model, step: prune, data, samples: 10 }, patience()),
    () => ask('evaluate', { model, data }, patience()),
    () => ask('latency', { model, options: { batches: [1], runs: 3, warmUp: 1 } }, patience()),
    // The editor looks at texts before it calls them checkpoints.
    async () => Promise.resolve(isCheckpointText(await textOf(model).catch(() => ''))),
  ];
}

const askOfModel =
  (which: RegExp): Build =>
  async (folder, seeds, random, ask) => {
    const model = await bentModel(folder, seeds, random, which);
    return {
      folders: [path.dirname(model), seeds.data],
      questions: [
        () => ask('inspect', { model }),
        ...some(random, 2, questionsAbout(model, seeds.data, ask)),
        () => ask('release', { model }),
      ],
    };
  };

/** Everything about a small model with settings that no program expects. */
const settings: Build = async (folder, seeds, random, ask) =>
  askUnbent(await writeHostile(path.join(folder, 'model'), random), seeds.data, ask);

/** Everything about one of the models as it is. */
export function askUnbent(model: string, data: string, ask: Ask): Case {
  const file = path.join(model, 'model.json');
  return {
    folders: [model, data],
    questions: [() => ask('inspect', { model: file }), ...questionsAbout(file, data, ask)],
  };
}

const recipe: Build = async (folder, seeds, random, ask) => {
  const file = path.join(folder, 'bent.recipe.json');
  const out = path.join(folder, 'out');
  await writeFile(file, mutateJson(JSON.stringify(seeds.recipe), random), 'latin1');
  return {
    // A recipe may name files anywhere: it is the person's own.
    folders: ['/'],
    questions: [
      async () => Promise.resolve(isRecipeText(await textOf(file))),
      async () => ask('run', { recipe: await readRecipe(file), baseFolder: folder, out }, patience()),
    ],
  };
};

/** A run's folder in which something is changed, then resumed. */
const runFolder: Build = async (folder, seeds, random, ask) => {
  const out = path.join(folder, 'run');
  await copied(pick(random, seeds.runs), out);
  const files = await filesBelow(out);
  for (let changes = 1 + random.below(2); changes > 0; changes--) {
    const file = pick(random, files);
    const holder = path.dirname(file);
    const change =
      random.below(4) === 0
        ? displace(random.below(3) && holder !== out ? holder : file, path.join(folder, 'victim'), random)
        : bend(file, random);
    // The change before may have taken the folder of this file away.
    await change.catch(() => undefined);
  }
  // A run's own folder may be a link: that is what the person named.
  await mkdir(out, { recursive: true }).catch(() => undefined);
  const request = { recipe: seeds.recipe, baseFolder: folder, out };
  return {
    folders: [out, seeds.model, seeds.data],
    // At its end a run looks for runs beside it that read its epochs.
    listed: [folder],
    questions: [
      ...(random.below(2) ? [() => readListedRun(out, false)] : []),
      () => ask('run', { ...request, resume: random.below(5) > 0 }, patience()),
    ],
  };
};

const scan: Build = async (folder, seeds, random, ask) => {
  const out = path.join(folder, 'scan');
  await copied(seeds.scan, out);
  const file = pick(random, await filesBelow(out));
  if (random.below(5) === 0) await displace(file, path.join(folder, 'victim'), random);
  else await bend(file, random);
  const question = { ...scanOf(seeds.model, seeds.data), out };
  return {
    folders: [out, seeds.model, seeds.data],
    questions: [() => ask('sensitivity', question, patience())],
  };
};

const data: Build = async (folder, seeds, random, ask) => {
  const place = path.join(folder, 'data');
  await copied(seeds.data, place);
  const file = pick(random, await filesBelow(place));
  // Data may be links to files elsewhere: they are only read, and nothing of them is told.
  if (random.below(8) === 0) await displace(file, path.join(folder, 'victim'), random);
  else await bend(file, random);
  const model = path.join(seeds.model, 'model.json');
  return {
    folders: [place, path.join(folder, 'victim'), seeds.model],
    questions: [
      () => ask('dataset', { data: place }),
      () => ask('evaluate', { model, data: place, split: pick(random, ['test', 'train']) }, patience()),
    ],
  };
};

const otherData: Build = async (folder, seeds, random, ask) => {
  const { folder: from, name } = pick(random, seeds.others);
  const place = path.join(folder, 'data');
  await copied(from, place);
  const file = pick(random, await filesBelow(place));
  if (random.below(8) === 0) await displace(file, path.join(folder, 'victim'), random);
  else await bend(file, random);
  const [given, model] = [path.join(place, name), path.join(seeds.model, 'model.json')];
  return {
    folders: [place, path.join(folder, 'victim'), seeds.model],
    questions: [
      () => ask('describeData', { data: given }),
      () => ask('examples', { data: given, split: 'train' }),
      () => ask('evaluate', { model, data: given }, patience()),
    ],
  };
};

/**
 * Packed models, changed in place: many in one case, since each is opened in this process. Their memory is measured
 * together, and one by one where that is more than one of them may take.
 */
const packed: Build = async (folder, seeds, random, ask) => {
  const { small, large } = await seeds.packed();
  const file = path.join(folder, 'bent.secateur');
  const opened = path.join(folder, 'opened.secateur');
  const bent = Array.from({ length: FILES }, () =>
    mutatePacked(pick(random, random.below(LARGE) === 0 ? large : small), random),
  );
  await writeFile(file, bent[0]!);
  const tally = { files: 0, ms: 0, bytes: 0 };
  const open = async (bytes: Uint8Array): Promise<number> => {
    const { complaints, ms, declared } = await answerTo(bytes, opened);
    tally.ms = Math.max(tally.ms, ms);
    if (complaints.length > 0) throw new Error(complaints.join(' | '));
    return declared;
  };
  let grown = growth();
  let together = 0;
  const alone = async (bytes: Uint8Array): Promise<void> => {
    if (together <= MOST_BEYOND) return;
    grown = growth();
    const declared = await open(bytes);
    const own = grown();
    tally.bytes = Math.max(tally.bytes, own - declared);
    if (own > declared + MOST_BEYOND) throw new Error(`${own} bytes were taken where ${declared} are declared`);
  };
  return {
    folders: [folder],
    packed: tally,
    questions: [
      () => Promise.resolve((grown = growth())),
      ...bent.map((bytes) => async () => {
        tally.files++;
        await open(bytes);
      }),
      () => {
        together = grown();
        if (together <= MOST_BEYOND) tally.bytes = together;
        return Promise.resolve();
      },
      ...bent.map((bytes) => () => alone(bytes)),
      () => ask('inspect', { model: file }),
      () => ask('unpack', { model: file, out: path.join(folder, 'unpacked') }),
      () => ask('release', { model: file }),
    ],
  };
};

/** The kinds of cases by name; the first are tried most. */
export const targets: Readonly<Record<string, Build>> = {
  model: askOfModel(/model\.json$/),
  settings,
  shards: askOfModel(/\.bin$/),
  run: runFolder,
  recipe,
  scan,
  data,
  otherData,
  packed,
};
