import { UserError } from '../../../protocol/errors';
import type { PrunedLayer } from '../../../protocol/measure';
import type { ModelTotals } from '../../../protocol/model';
import type { PruneAmount, PruneStep } from '../../../protocol/steps/prune';
import type { LearningRateSchedule } from '../../../protocol/steps/training';
import type { RunResult } from '../../../protocol/run';
import { resolveModelPath } from '../../checkpoint/paths';
import { dataAsTyped, type CommonOptions, type LocalEngine } from '../engine';
import { bytes, integer, number, percent } from '../format';
import { recipeOf } from '../recipe';
import { runOnTerminal, sampleWarning } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface PruneCommand extends CommonOptions {
  /** As typed: what is no number is refused by the recipe's schema. */
  sparsity?: string;
  threshold?: string;
  scope: PruneStep['scope'];
  allowEmptyLayers?: boolean;
  fineTune?: number;
  learningRate: number;
  schedule: LearningRateSchedule;
  data?: string;
  seed: number;
  out: string;
  resume?: boolean;
}

/** `secateur prune` */
export async function prune(
  given: string,
  options: PruneCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const {
    scope,
    allowEmptyLayers = false,
    fineTune = 0,
    learningRate,
    schedule,
    data,
    seed,
    out,
    resume = false,
  } = options;
  const checkpoint = await resolveModelPath(given);
  if (fineTune > 0 && data === undefined)
    throw new UserError('Fine-tuning needs a dataset: give one with --data, for example --data fashion-mnist.');
  const recipe = recipeOf({
    recipeVersion: 1,
    checkpoint,
    ...(data === undefined ? {} : { data: dataAsTyped(data) }),
    seed,
    steps: [
      { step: 'prune', scope, amount: amountOf(options), allowEmptyLayers },
      ...(fineTune > 0 ? [{ step: 'finetune' as const, epochs: fineTune, learningRate, schedule }] : []),
    ],
  });
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
  await terminal.result(options.json ? JSON.stringify(pruneDocument(result)) : pruneText(result));
}

function amountOf({ sparsity, threshold }: PruneCommand): PruneAmount {
  const asNumber = (typed: string): number => (typed.trim() === '' ? NaN : Number(typed));
  return sparsity === undefined ? { threshold: asNumber(threshold ?? '') } : { sparsity: asNumber(sparsity) };
}

function pruneDocument(result: RunResult) {
  const { out, before, after, accuracy, sampleData } = result;
  return { out, layers: prunedLayers(result), totals: { before, after }, accuracy, sampleData };
}

/** The layers as the last prune step left them. */
export function prunedLayers({ steps }: RunResult): PrunedLayer[] {
  return steps.flatMap((result) => (result.step === 'prune' ? [result.layers] : [])).at(-1) ?? [];
}

function pruneText(result: RunResult): string {
  const { before, after, accuracy, sampleData, out } = result;
  const right = true;
  const layers = table(
    [
      { heading: 'layer' },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'threshold', right },
      { heading: 'note' },
    ],
    prunedLayers(result).map((layer) => [
      layer.name,
      integer(layer.nonzero),
      layer.sparsity === null ? '' : percent(layer.sparsity),
      layer.threshold === null ? '' : number(layer.threshold),
      layer.reason ?? '',
    ]),
  );
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
      integer(figures.params),
      integer(figures.nonzero),
      percent(figures.sparsity),
      bytes(figures.bytes),
      bytes(figures.gzipBytes),
    ]),
  );
  return [layers, '', totals, '', accuracyLine(accuracy), ...sampleWarning(sampleData), `Written to ${out}`].join('\n');
}

/** Test accuracy along the way; steps that were not taken are left out. */
export function accuracyLine({ before, afterPrune, afterFineTune }: RunResult['accuracy']): string {
  const parts = [
    before === null ? '' : `${percent(before)} before`,
    afterPrune === null ? '' : `${percent(afterPrune)} after pruning`,
    afterFineTune === null ? '' : `${percent(afterFineTune)} after fine-tuning`,
  ].filter((part) => part !== '');
  return parts.length > 0 ? `test accuracy: ${parts.join(', ')}` : 'accuracy: not measured, no dataset chosen';
}
