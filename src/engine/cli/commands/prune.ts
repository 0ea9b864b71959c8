import type * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import type { PrunedLayer } from '../../../protocol/measure';
import type { ModelTotals } from '../../../protocol/model';
import { needsImages, type PruneAmount, type PruneStep } from '../../../protocol/steps/prune';
import { unrollRounds } from '../../../protocol/rounds';
import type { RecipeStepInput, StepResult } from '../../../protocol/steps';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent, weight } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataField, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { typedNumber } from '../options';
import { recipeOf } from '../recipe';
import { accuracyNotes, runOnTerminal } from '../runs';
import { dryRun, planText, pruneNote } from '../plan';
import { table } from '../table';
import type { Terminal } from '../terminal';
import { ratesOf, teachingOf, type RateOptions, type TeachingOptions } from '../training-options';

export interface PruneCommand extends CommonOptions, DataOptions, RateOptions, TeachingOptions {
  /** As typed: what is no number is refused by the recipe's schema. */
  sparsity?: string;
  threshold?: string;
  scope: PruneStep['scope'];
  score: PruneStep['score'];
  /** Training images that the score is computed from. */
  samples?: number;
  granularity?: string;
  protect?: string[];
  dryRun?: boolean;
  allowEmptyLayers?: boolean;
  fineTune?: number;
  /** Rounds of pruning and fine-tuning, each a little sparser. */
  rounds?: number;
  /** A checkpoint to whose values kept weights go back after pruning. */
  rewind?: string;
  data?: string;
  seed: number;
  /** Absent only in a dry run. */
  out?: string;
  resume?: boolean;
}

/** `secateur prune` */
export async function prune(
  given: string,
  options: PruneCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const { fineTune = 0, data, seed, out, resume = false } = options;
  const checkpoint = await resolveModelPath(given);
  if (fineTune > 0 && data === undefined)
    throw new UserError('Fine-tuning needs a dataset: give one with --data, for example --data fashion-mnist.');
  if (needsImages(options.score) && data === undefined)
    throw new UserError(
      `The score ${options.score} is computed from training images: give a dataset with --data, for example --data fashion-mnist.`,
    );
  const recipe = recipeOf({
    recipeVersion: 1,
    checkpoint,
    ...dataField(options),
    seed,
    steps: stepsOf(options),
  });
  const [step] = recipe.steps;
  if (options.dryRun && step?.step === 'prune') {
    const plan = await dryRun(engine, terminal, recipe, checkpoint, step);
    await terminal.result(options.json ? JSON.stringify(plan) : planText(plan));
    return;
  }
  if (out === undefined) throw new UserError('The run needs a folder: give one with --out.');
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
  await terminal.result(options.json ? JSON.stringify(pruneDocument(result)) : pruneText(result));
}

/** Prune, rewind and fine-tune, once or in rounds. Throws UserError where options do not go together. */
function stepsOf(options: PruneCommand): RecipeStepInput[] {
  const { fineTune = 0, rounds = 1, rewind } = options;
  const teaching = teachingOf(options);
  const prune = stepOf(options);
  if (fineTune === 0) {
    for (const name of ['rounds', 'rewind', 'distill', 'patience'] as const)
      if (options[name] !== undefined)
        throw new UserError(`The option --${name} says how to recover from pruning: give --fine-tune too.`);
    return [prune];
  }
  const finetune = { step: 'finetune' as const, epochs: fineTune, ...ratesOf(options), ...teaching };
  if (rounds === 1)
    return [prune, ...(rewind === undefined ? [] : [{ step: 'rewind' as const, to: rewind }]), finetune];
  const { amount, ...rest } = prune;
  if (!amount || !('sparsity' in amount))
    throw new UserError('Rounds lead up to a sparsity: give one with --sparsity, or leave --rounds out.');
  return unrollRounds({ rounds, sparsity: amount.sparsity, prune: rest, rewind, finetune });
}

function stepOf(options: PruneCommand): z.input<typeof PruneStep> {
  const { scope, score, samples, granularity, protect, allowEmptyLayers = false } = options;
  const amount = amountOf(options);
  return {
    step: 'prune',
    score,
    ...(samples === undefined ? {} : { samples }),
    scope,
    ...(amount === undefined ? {} : { amount }),
    ...(granularity === undefined ? {} : { granularity }),
    ...(protect === undefined ? {} : { protect }),
    allowEmptyLayers,
  };
}

function amountOf({ sparsity, threshold }: PruneCommand): PruneAmount | undefined {
  if (sparsity !== undefined) return { sparsity: typedNumber(sparsity) };
  return threshold === undefined ? undefined : { threshold: typedNumber(threshold) };
}

function pruneDocument(result: RunResult) {
  const { out, before, after, accuracy, sampleData, normalization, noAccuracy, notes } = result;
  return {
    out,
    layers: prunedLayers(result),
    totals: { before, after },
    accuracy,
    sampleData,
    ...(normalization === undefined ? {} : { normalization }),
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** The layers as the last step that prunes left them. */
export function prunedLayers({ steps }: RunResult): PrunedLayer[] {
  const pruned = (result: StepResult) =>
    result.step === 'prune' || result.step === 'finetune' || result.step === 'train' ? result.layers : undefined;
  return steps.map(pruned).findLast((layers) => layers !== undefined) ?? [];
}

function pruneText(result: RunResult): string {
  const { before, after, accuracy, sampleData, normalization, out } = result;
  const right = true;
  const rows: [string, ModelTotals][] = [
    ...(before ? [['before', before] as [string, ModelTotals]] : []),
    ['after', after],
  ];
  const totals = table(
    [
      { heading: '' },
      { heading: 'parameters', right },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'files', right },
      { heading: 'gzip', right },
    ],
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      count(figures.nonzero),
      percent(figures.sparsity),
      bytes(figures.bytes),
      bytes(figures.gzipBytes),
    ]),
  );
  return [
    layersTable(prunedLayers(result)),
    '',
    totals,
    '',
    accuracyLine(accuracy, result.noAccuracy),
    ...accuracyNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

/** Layers as pruning left them, a row each. */
export function layersTable(layers: readonly PrunedLayer[]): string {
  const right = true;
  return table(
    [
      { heading: 'layer' },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'threshold', right },
      { heading: 'note' },
    ],
    layers.map((layer) => [
      layer.name,
      count(layer.nonzero),
      layer.sparsity === null ? '' : percent(layer.sparsity),
      layer.threshold === null ? '' : weight(layer.threshold, 4),
      pruneNote(layer),
    ]),
  );
}

const NO_DATASET = 'no dataset chosen';

/** Test accuracy along the way; steps that were not taken are left out. */
export function accuracyLine(
  { before, afterPrune, afterFineTune }: RunResult['accuracy'],
  noAccuracy = NO_DATASET,
): string {
  const parts = [
    before === null ? '' : `${percent(before)} before`,
    afterPrune === null ? '' : `${percent(afterPrune)} after pruning`,
    afterFineTune === null ? '' : `${percent(afterFineTune)} after fine-tuning`,
  ].filter((part) => part !== '');
  if (parts.length > 0) return `test accuracy: ${parts.join(', ')}`;
  return noAccuracy === NO_DATASET
    ? `accuracy: not measured, ${NO_DATASET}`
    : `accuracy: not measured. ${visible(noAccuracy)}`;
}
