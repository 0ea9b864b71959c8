import type * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import type { Gradual } from '../../../protocol/steps/gradual';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataAsTyped, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { typedNumber } from '../options';
import { recipeOf } from '../recipe';
import { accuracyNotes, runOnTerminal } from '../runs';
import type { Terminal } from '../terminal';
import { ratesOf, teachingOf, type RateOptions, type TeachingOptions } from '../training-options';
import { accuracyLine, layersTable, prunedLayers } from './prune';
import { epochsTable } from './train';
import { totalLines } from './inspect';

/** Gradual pruning, as options give it. */
export interface GradualOptions {
  /** As typed: what is no number is refused by the recipe's schema. */
  gradual?: string;
  from?: number;
  to?: number;
  frequency?: number;
  regrow?: boolean;
  score?: Gradual['score'];
  samples?: number;
  scope?: Gradual['scope'];
  granularity?: string;
  protect?: string[];
}

export interface FinetuneCommand extends CommonOptions, DataOptions, RateOptions, TeachingOptions, GradualOptions {
  epochs: number;
  batchSize: number;
  data: string;
  seed: number;
  out: string;
  resume?: boolean;
}

/** `secateur finetune` */
export async function finetune(
  given: string,
  options: FinetuneCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const { epochs, batchSize, data, normalization, seed, out, resume = false } = options;
  const recipe = recipeOf({
    recipeVersion: 1,
    checkpoint: await resolveModelPath(given),
    data: dataAsTyped(data, normalization),
    seed,
    steps: [
      { step: 'finetune', epochs, batchSize, ...ratesOf(options), ...gradualOf(options), ...teachingOf(options) },
    ],
  });
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
  await terminal.result(options.json ? JSON.stringify(finetuneDocument(result)) : finetuneText(result));
}

function gradualOf(options: GradualOptions): { gradual?: z.input<typeof Gradual> } {
  const { gradual, from, to, frequency, regrow, score, samples, scope, granularity, protect } = options;
  const more = { from, to, frequency, regrow, score, samples, scope, granularity, protect };
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  if (gradual === undefined) {
    const [first] = Object.keys(given);
    if (first !== undefined)
      throw new UserError(`The option --${first} belongs to gradual pruning: give its sparsity with --gradual too.`);
    return {};
  }
  return { gradual: { ...given, sparsity: typedNumber(gradual) } };
}

function finetuneDocument(result: RunResult) {
  const { out, before, after, accuracy, sampleData, normalization } = result;
  const { epochs, best } = tuned(result);
  const layers = prunedLayers(result);
  return { out, epochs, best, layers, totals: { before, after }, accuracy, sampleData, normalization };
}

function finetuneText(result: RunResult): string {
  const { epochs, best } = tuned(result);
  const layers = prunedLayers(result);
  return [
    epochsTable(epochs, best),
    '',
    ...(layers.length > 0 ? [layersTable(layers), ''] : []),
    ...totalLines(result.after),
    accuracyLine(result.accuracy, result.noAccuracy),
    ...accuracyNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}`,
  ].join('\n');
}

function tuned({ steps }: RunResult) {
  const step = steps.find((candidate) => candidate.step === 'finetune');
  if (!step) throw new Error('the run did not fine-tune');
  return step;
}
