import { UserError } from '../../../protocol/errors';
import type { Architecture } from '../../../protocol/steps/train';
import type { LearningRateSchedule } from '../../../protocol/steps/training';
import type { RunResult } from '../../../protocol/run';
import { dataAsTyped, type CommonOptions, type LocalEngine } from '../engine';
import { bytes, duration, integer, percent } from '../format';
import { recipeOf } from '../recipe';
import { runOnTerminal, sampleWarning } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface TrainCommand extends CommonOptions {
  arch: Architecture;
  data: string;
  epochs: number;
  batchSize: number;
  learningRate: number;
  schedule: LearningRateSchedule;
  seed: number;
  out: string;
  resume?: boolean;
}

/** `secateur train` */
export async function train(options: TrainCommand, engine: LocalEngine, terminal: Terminal): Promise<void> {
  const { arch: architecture, epochs, batchSize, learningRate, schedule, seed, out, resume = false } = options;
  const recipe = recipeOf({
    recipeVersion: 1,
    data: dataAsTyped(options.data),
    seed,
    steps: [{ step: 'train', architecture, epochs, batchSize, learningRate, schedule }],
  });
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
  await terminal.result(options.json ? JSON.stringify(trainDocument(result)) : trainText(result, architecture));
}

function trainDocument(result: RunResult) {
  const { out, after, sampleData } = result;
  const { epochs, best } = trained(result);
  return { out, epochs, best, totals: after, sampleData };
}

function trainText(result: RunResult, architecture: string): string {
  const { epochs, best } = trained(result);
  const rows = epochs.map((record) => [
    `${record.epoch}${record === best || record.epoch === best.epoch ? ' *' : ''}`,
    record.loss.toFixed(4),
    percent(record.accuracy),
    percent(record.validationAccuracy),
    percent(record.testAccuracy),
    duration(record.seconds),
  ]);
  const right = true;
  return [
    table(
      [
        { heading: 'epoch' },
        { heading: 'loss', right },
        { heading: 'training', right },
        { heading: 'validation', right },
        { heading: 'test', right },
        { heading: 'time', right },
      ],
      rows,
    ),
    '',
    `* best by validation accuracy: test accuracy ${percent(best.testAccuracy)}`,
    `${architecture}: ${integer(result.after.params)} parameters, ${bytes(result.after.bytes)}`,
    ...sampleWarning(result.sampleData),
    `Written to ${result.out}`,
  ].join('\n');
}

function trained({ steps }: RunResult) {
  const step = steps.find((candidate) => candidate.step === 'train');
  if (!step) throw new UserError('The run trained nothing.');
  return step;
}
