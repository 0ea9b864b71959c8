import path from 'node:path';
import type { RunResult, StepResult } from '../../../protocol/run';
import { dataAsTyped, type CommonOptions, type LocalEngine } from '../engine';
import { integer, percent } from '../format';
import { readRecipe } from '../recipe';
import { runOnTerminal, sampleWarning } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';
import { totalLines } from './inspect';

export interface RunCommand extends CommonOptions {
  data?: string;
  out: string;
  resume?: boolean;
}

/** `secateur run` */
export async function run(file: string, options: RunCommand, engine: LocalEngine, terminal: Terminal): Promise<void> {
  const { data, out, resume = false } = options;
  const read = await readRecipe(file);
  const recipe = data === undefined ? read : { ...read, data: dataAsTyped(data) };
  const baseFolder = path.dirname(path.resolve(file));
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder, resume });
  await terminal.result(options.json ? JSON.stringify(result) : runText(result));
}

function runText(result: RunResult): string {
  const steps = table(
    [{ heading: 'step' }, { heading: '' }, { heading: 'came to' }],
    result.steps.map((step, index) => [String(index + 1), step.step, outcome(step)]),
  );
  return [steps, '', ...totalLines(result.after), ...sampleWarning(result.sampleData), `Written to ${result.out}`].join(
    '\n',
  );
}

function outcome(result: StepResult): string {
  switch (result.step) {
    case 'train':
    case 'finetune':
      return `best of ${result.epochs.length} epochs: ${result.best.epoch}, test accuracy ${percent(result.best.testAccuracy)}`;
    case 'prune':
    case 'remove':
    case 'target':
    case 'recalibrate':
      return result.accuracy === null ? 'accuracy not measured' : `test accuracy ${percent(result.accuracy)}`;
    case 'rewind':
      return `${integer(result.kept)} kernel weights went back, ${integer(result.zeros)} stayed 0`;
    case 'evaluate':
      return `accuracy ${percent(result.evaluation.accuracy)} on ${result.evaluation.samples} ${result.evaluation.split} images`;
  }
}
