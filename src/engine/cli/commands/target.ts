import { UserError } from '../../../protocol/errors';
import type { ParetoCurve } from '../../../protocol/pareto';
import type { RunResult } from '../../../protocol/run';
import type { TargetStep } from '../../../protocol/steps/target';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataAsTyped, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { typedNumber } from '../options';
import { recipeOf } from '../recipe';
import { accuracyNotes, runOnTerminal } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';
import { ratesOf, teachingOf, type RateOptions, type TeachingOptions } from '../training-options';
import { totalLines } from './inspect';
import { accuracyLine } from './prune';

export interface TargetCommand extends CommonOptions, DataOptions, RateOptions, TeachingOptions {
  /** As typed: what does not fit is refused by the recipe's schema. */
  accuracy?: string;
  bytes?: string;
  macs?: string;
  params?: string;
  by: TargetStep['by'];
  search: TargetStep['search'];
  score: TargetStep['score'];
  granularity?: string;
  protect?: string[];
  samples: number;
  inputShape?: number[];
  writePlans?: boolean;
  fineTune?: number;
  data: string;
  seed: number;
  out: string;
  resume?: boolean;
}

/** `secateur target` */
export async function target(
  given: string,
  options: TargetCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const { by, search, score, granularity, protect, samples, inputShape, writePlans = false, fineTune = 0 } = options;
  const { data, seed, out, resume = false } = options;
  const teaching = teachingOf(options);
  if (fineTune === 0 && (teaching.distill || options.patience !== undefined))
    throw new UserError('A teacher or patience says how to fine-tune: give --fine-tune too.');
  const recipe = recipeOf({
    recipeVersion: 1,
    checkpoint: await resolveModelPath(given),
    data: dataAsTyped(data, options.normalization),
    seed,
    steps: [
      {
        ...{ step: 'target' as const, goal: goalOf(options), by, search, score, samples, writePlans },
        ...(granularity === undefined ? {} : { granularity }),
        ...(protect === undefined ? {} : { protect }),
        ...(inputShape === undefined ? {} : { inputShape }),
      },
      ...(fineTune > 0 ? [{ step: 'finetune' as const, epochs: fineTune, ...ratesOf(options), ...teaching }] : []),
    ],
  });
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
  await terminal.result(options.json ? JSON.stringify(result) : targetText(result));
}

function goalOf({ accuracy, bytes: gzipped, macs, params }: TargetCommand): TargetStep['goal'] {
  if (accuracy !== undefined) return { accuracy: typedNumber(accuracy) };
  if (gzipped !== undefined) return { bytes: typedNumber(gzipped) };
  if (macs !== undefined) return { macs: typedNumber(macs) };
  if (params !== undefined) return { params: typedNumber(params) };
  throw new UserError('There is no target: give one of --accuracy, --bytes, --macs and --params.');
}

function targetText(result: RunResult): string {
  const found = result.steps.find((step) => step.step === 'target');
  return [
    ...(found ? [curveText(found.curve), ''] : []),
    ...totalLines(result.after),
    accuracyLine(result.accuracy, result.noAccuracy),
    ...accuracyNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}; each plan is a step in pareto.json beside it`,
  ].join('\n');
}

/** The plans from large to small; the chosen one is marked. */
function curveText({ points, chosen, samples, baseline }: ParetoCurve): string {
  const right = true;
  const plans = table(
    [
      ...['plan', 'accuracy', 'predicted loss', 'loss', 'sparsity', 'parameters', 'nonzero', 'MACs', 'nonzero MACs'],
      'gzip',
    ]
      .map((heading) => ({ heading, right }))
      .concat({ heading: '', right: false }),
    points.map((point, i) => [
      ...[String(i + 1), percent(point.accuracy), point.predictedLoss.toFixed(4), point.loss.toFixed(4)],
      ...[percent(point.sparsity), count(point.params), count(point.nonzero)],
      ...[point.macs, point.nonzeroMacs].map((macs) => (macs === null ? '?' : count(macs))),
      bytes(point.gzipBytes),
      i === chosen ? 'chosen' : '',
    ]),
  );
  return `${plans}\naccuracy and loss on ${count(samples)} validation images; as it was: ${percent(baseline.accuracy)}, loss ${baseline.loss.toFixed(4)}, ${bytes(baseline.gzipBytes)} gzip`;
}
