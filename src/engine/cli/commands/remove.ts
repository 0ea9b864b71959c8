import type * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import { Removal, type RemovalPlan, type RemovedLayer } from '../../../protocol/removal';
import type { RunResult } from '../../../protocol/run';
import type { RemoveAmount, RemoveStep } from '../../../protocol/steps/remove';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataField, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { typedNumber } from '../options';
import { recipeOf } from '../recipe';
import { accuracyNotes, runOnTerminal } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';
import { ratesOf, teachingOf, type RateOptions, type TeachingOptions } from '../training-options';
import { sizesTaken } from './inspect';
import { accuracyLine } from './prune';

export interface RemoveCommand extends CommonOptions, DataOptions, RateOptions, TeachingOptions {
  /** As typed: what is no number is refused by the recipe's schema. */
  channels?: string;
  macs?: string;
  params?: string;
  zeros?: boolean;
  scope: RemoveStep['scope'];
  score: RemoveStep['score'];
  samples: number;
  protect?: string[];
  multipleOf: number;
  inputShape?: number[];
  dryRun?: boolean;
  recalibrate?: number;
  fineTune?: number;
  data?: string;
  seed: number;
  /** Absent only in a dry run. */
  out?: string;
  resume?: boolean;
}

/** `secateur remove` */
export async function remove(
  given: string,
  options: RemoveCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const { recalibrate = 0, fineTune = 0, seed, out, resume = false } = options;
  const checkpoint = await resolveModelPath(given);
  const teaching = teachingOf(options);
  if (fineTune === 0 && (teaching.distill || options.patience !== undefined))
    throw new UserError('A teacher or patience says how to fine-tune: give --fine-tune too.');
  const { data } = dataField(options);
  if (data === undefined && (fineTune > 0 || recalibrate > 0))
    throw new UserError(
      `${fineTune > 0 ? 'Fine-tuning' : 'Recalibration'} needs a dataset: give one with --data, for example --data fashion-mnist.`,
    );
  const recipe = recipeOf({
    recipeVersion: 1,
    checkpoint,
    ...(data === undefined ? {} : { data }),
    seed,
    steps: [
      stepOf(options),
      ...(recalibrate > 0 ? [{ step: 'recalibrate' as const, samples: recalibrate }] : []),
      ...(fineTune > 0 ? [{ step: 'finetune' as const, epochs: fineTune, ...ratesOf(options), ...teaching }] : []),
    ],
  });
  const [step] = recipe.steps;
  if (options.dryRun && step?.step === 'remove') {
    const plan = await engine.ask(
      'planRemove',
      { model: checkpoint, remove: step, seed, ...(data === undefined ? {} : { data }) },
      (progress) => {
        terminal.progress(progress);
      },
    );
    await terminal.result(options.json ? JSON.stringify({ dryRun: true, ...plan }) : planText(plan));
    return;
  }
  if (out === undefined) throw new UserError('The run needs a folder: give one with --out.');
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
  await terminal.result(options.json ? JSON.stringify(documentOf(result)) : resultText(result));
}

function stepOf(options: RemoveCommand): z.input<typeof RemoveStep> {
  const { score, scope, protect, samples, multipleOf, inputShape } = options;
  const given = { ...(protect ? { protect } : {}), ...(inputShape ? { inputShape } : {}) };
  return { step: 'remove', score, scope, amount: amountOf(options), samples, multipleOf, ...given };
}

function amountOf({ channels, macs, params }: RemoveCommand): RemoveAmount {
  if (channels !== undefined) return { channels: typedNumber(channels) };
  if (macs !== undefined) return { macs: typedNumber(macs) };
  return params === undefined ? { zeros: true } : { params: typedNumber(params) };
}

function removalOf({ steps }: RunResult): Extract<RunResult['steps'][number], { step: 'remove' }> {
  const found = steps.find((result) => result.step === 'remove');
  if (!found) throw new Error('the run has no remove step');
  return found;
}

function documentOf(result: RunResult) {
  const { out, before, after, accuracy, sampleData, normalization, noAccuracy } = result;
  const measured = { accuracy, sampleData, normalization, noAccuracy };
  return { out, ...Removal.parse(removalOf(result)), totals: { before, after }, ...measured };
}

function resultText(result: RunResult): string {
  const { before, after, accuracy, sampleData, normalization, out } = result;
  const removal = removalOf(result);
  return [
    layersText(removal.layers),
    '',
    totalsText([...(before ? [['before', before] as const] : []), ['after', after]]),
    '',
    ...reachedLines(removal),
    differenceLine(removal),
    accuracyLine(accuracy, result.noAccuracy),
    ...accuracyNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

function planText(plan: RemovalPlan): string {
  const { layers, totals, accuracy, noAccuracy } = plan;
  const measured = accuracy
    ? `validation accuracy on ${count(accuracy.samples)} images: ${percent(accuracy.baseline)} before, ${percent(accuracy.accuracy)} after removal`
    : `accuracy: not measured, ${visible(noAccuracy ?? '')}`;
  return [
    layersText(layers),
    '',
    totalsText([
      ['before', totals.before],
      ['after', totals.after],
    ]),
    '',
    ...reachedLines(plan),
    differenceLine(plan),
    measured,
    ...accuracyNotes(accuracy?.sampleData ?? false, accuracy?.normalization),
    'Nothing was written: this was a dry run.',
  ].join('\n');
}

const right = true;
const whole = (value: number | null): string => (value === null ? '?' : count(value));

function layersText(layers: readonly RemovedLayer[]): string {
  const change = (before: number | null, after: number | null): string =>
    before === after ? whole(before) : `${whole(before)} -> ${whole(after)}`;
  return table(
    [
      { heading: 'layer' },
      { heading: 'plan' },
      { heading: 'channels', right },
      { heading: 'parameters', right },
      { heading: 'MACs', right },
      { heading: 'note' },
    ],
    layers.map(({ name, state, before, after, reason }) => [
      name,
      state,
      change(before.width, after.width),
      change(before.params, after.params),
      change(before.macs, after.macs),
      reason ?? '',
    ]),
  );
}

function totalsText(rows: readonly (readonly [string, RemovalPlan['totals']['after']])[]): string {
  const macsFor = rows.at(-1)?.[1].macsFor;
  const headings = ['', 'parameters', 'MACs', 'files', 'gzip'];
  const figures = table(
    headings.map((heading, i) => (i === 0 ? { heading } : { heading, right })),
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      whole(figures.macs),
      bytes(figures.bytes),
      bytes(figures.gzipBytes),
    ]),
  );
  return macsFor ? `${figures}\nMACs are those of one sample${sizesTaken(macsFor)}` : figures;
}

/** How much went, and in one sentence why it is less than was asked for. */
function reachedLines({ reached, shortfall }: Removal): string[] {
  if (!reached) return [];
  const macs = reached.macs === null ? '' : `, ${percent(reached.macs)} of the MACs`;
  const went = `removed: ${percent(reached.channels)} of the channels, ${percent(reached.params)} of the parameters${macs}`;
  return [went, ...(shortfall === undefined ? [] : [shortfall])];
}

/** Names what was compared, so that nobody takes it for a loss of accuracy. */
function differenceLine({ difference, notCompared }: Removal): string {
  if (!difference) return `largest difference of outputs: not measured, ${notCompared ?? 'the model cannot be run'}`;
  const { largest, samples, on } = difference;
  const where = on === 'noise' ? 'random inputs, as no dataset was given' : `${on} images`;
  return `largest difference of outputs, removed against masked, on ${samples} ${where}: ${largest.toExponential(1)} of their spread`;
}
