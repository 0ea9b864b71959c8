import {
  Advice,
  AdviceOptions,
  afterWords,
  type AdvisedRecipe,
  type AdviceMethodName,
  type LayerAdvice,
  type LayerSaving,
} from '../../../protocol/advice';
import { UserError } from '../../../protocol/errors';
import { bytes, count, duration, marked, milliseconds, percent } from '../../../protocol/format';
import type { JsonObject } from '../../../protocol/json';
import { mainText } from '../../../protocol/metric';
import { normalizationWords } from '../../../protocol/normalization';
import { visible } from '../../../protocol/visible';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataField, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { optionsOf } from '../recipe';
import { folderForRecipes, writeRecipes } from '../recipe-files';
import { sampleWarning } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface AdviseCommand extends CommonOptions, DataOptions {
  seed: number;
  out?: string;
  /** The goal: at most one of them. */
  metric?: string;
  bytes?: number | string;
  macs?: number | string;
  latency?: number | string;
}

/** `secateur advise`. Fails after the answer where no recipe meets the goal. @throws UserError */
export async function advise(
  given: string,
  options: AdviseCommand,
  asked: JsonObject,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const goal = goalOf(options);
  const model = await resolveModelPath(given);
  const data = dataField(options);
  const { out } = options;
  // Refused before minutes are spent on the answer.
  if (out !== undefined) await folderForRecipes(out);
  const answer = await engine.ask(
    'advise',
    {
      ...{ model, ...data, seed: options.seed },
      options: optionsOf(AdviceOptions, { ...asked, ...(goal ? { goal } : {}) }),
    },
    ({ progress }) => terminal.progress(progress),
  );
  const advice = Advice.parse(answer);
  const files =
    out === undefined ? [] : await writeRecipes(out, advice.recipes, { model, ...data, seed: options.seed });
  await terminal.result(options.json ? JSON.stringify(advice) : adviceText(advice, files));
  if (advice.shortfall !== undefined) throw new UserError(advice.shortfall);
}

/** @throws UserError where several goals were given */
function goalOf(options: AdviseCommand): JsonObject | undefined {
  const given = (['metric', 'bytes', 'macs', 'latency'] as const).flatMap((key) => {
    const value = options[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  if (given.length > 1)
    throw new UserError(
      `The recipes can be chosen for one goal only, but ${given.map(([key]) => `--${key}`).join(' and ')} were given: leave out all but one.`,
    );
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** Formats an advice: the model, its layers, the recipes with their figures. @param files that were written */
export function adviceText(advice: Advice, files: readonly string[] = []): string {
  const { now, dataset, normalization, notes, seconds, reused } = advice;
  const figures = [
    `${bytes(now.packedBytes)} packed`,
    `${count(now.params)} parameters`,
    now.macs === null ? 'unknown MACs' : `${count(now.macs)} MACs`,
    ...(now.latency ? [`${milliseconds(now.latency.median)} ms at batch 1`] : []),
    ...(now.metrics ? [`validation ${mainText(now.metrics)}`] : []),
  ];
  return [
    `${visible(advice.name)}: ${figures.join(', ')}`,
    ...(normalization && dataset ? [normalizationWords(normalization)] : []),
    ...sampleWarning(dataset?.sample ?? false),
    '',
    layersText(advice),
    '',
    ...reasonsText(advice),
    ...recipesText(advice, files),
    ...notes.map(visible),
    `${duration(seconds)}${reused > 0 ? `, ${count(reused)} points of layers from an earlier advice` : ''}`,
  ].join('\n');
}

const right = true;

/** The words of the methods at the head of a column. */
const METHOD_HEADS: Readonly<Record<AdviceMethodName, string>> = {
  merge: 'merge',
  factorize: 'thin layers',
  compact: 'compact convolutions',
  remove: 'remove channels',
  prune: 'prune to zeros',
  quantize: 'fewer bits',
  cluster: 'few values',
  distill: 'a student',
};

function layersText({ layers }: Advice): string {
  const shown = layers.filter(({ params, macs, time }) => params > 0 || (macs ?? 0) > 0 || time !== null);
  const methods = [...new Set(shown.flatMap(({ savings }) => savings.map(({ method }) => method)))];
  return table(
    [
      { heading: 'layer' },
      { heading: 'parameters', right },
      { heading: 'MACs', right },
      { heading: 'time', right },
      { heading: 'ms', right },
      ...methods.map((method) => ({ heading: METHOD_HEADS[method] })),
    ],
    shown.map(({ name, shares, time, savings }) => [
      ...[name, percent(shares.params, 1), shares.macs === null ? '?' : percent(shares.macs, 1)],
      ...[shares.time === null ? '' : percent(shares.time, 1), time ? milliseconds(time.milliseconds) : ''],
      ...methods.map((method) => savingText(savings.find((one) => one.method === method))),
    ]),
  );
}

/** `95% zeros, -1.2 MB` */
function savingText(saving: LayerSaving | undefined): string {
  if (!saving) return '';
  const { state, amount = '', saves } = saving;
  if (state === 'offers' && saves)
    return [
      amount,
      `~${bytes(Math.max(0, saves.bytes))} less`,
      ...(saves.macs > 0 ? [`${count(saves.macs)} MACs less`] : []),
    ].join(', ');
  return { offers: amount, costs: `costs: ${saving.metrics ? mainText(saving.metrics) : '?'} at ${amount}`, cannot: '-', unknown: 'not measured' }[state]; // prettier-ignore
}

/** The reason why a layer is left alone is told from this share of parameters or multiply-accumulates on. */
const LARGE = 0.01;

const reasonsText = ({ layers }: Advice): string[] => {
  const counts = ({ shares }: LayerAdvice): boolean => shares.params >= LARGE || (shares.macs ?? 0) >= LARGE;
  const alone = layers.filter((layer): layer is LayerAdvice & { reason: string } => layer.reason !== undefined && counts(layer)); // prettier-ignore
  return alone.length === 0 ? [] : [...alone.map(({ name, reason }) => visible(`${name}: ${reason}`)), ''];
};

function recipesText({ recipes, now }: Advice, files: readonly string[]): string[] {
  if (recipes.length === 0) return ['No recipe makes this model smaller.', ''];
  return [
    table(
      [
        { heading: 'recipe' },
        { heading: 'what' },
        { heading: 'packed', right },
        { heading: 'of now', right },
        { heading: 'MACs', right },
        { heading: 'time', right },
        { heading: 'before training', right },
        { heading: 'at the end', right },
        { heading: 'trains', right },
        { heading: 'best' },
      ],
      recipes.map((one) => [
        ...[one.name, one.title, marked(one.packedBytes.measured, bytes(one.packedBytes.value))],
        marked(one.packedBytes.measured, `1/${(now.packedBytes / one.packedBytes.value).toFixed(1)}`),
        one.macs === null || now.macs === null || now.macs === 0 ? '?' : percent(one.macs / now.macs, 0),
        one.latency ? percent(one.latency.ratio, 0) : '?',
        ...[one.before ? mainText(one.before) : '', afterText(one)],
        one.seconds === null ? '?' : one.seconds === 0 ? 'no' : `~${duration(one.seconds)}`,
        one.best.join('; '),
      ]),
    ),
    '',
    ...recipes.map(({ name, does }) => visible(`${name}: ${does}`)),
    ...(files.length === 0
      ? ['Write them as files with --out FOLDER.']
      : files.map((file) => `Written to ${visible(file)}`)),
    '',
  ];
}

function afterText({ after }: AdvisedRecipe): string {
  if (!after) return '';
  const text = afterWords(after);
  return after.from === 'brief' ? `${text} after 2 epochs` : text;
}
