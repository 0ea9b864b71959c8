import path from 'node:path';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { outcome } from '../../recipe/report';
import { dataAsTyped, type CommonOptions, type LocalEngine } from '../engine';
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
  return [
    steps,
    '',
    ...totalLines(result.after),
    ...sampleWarning(result.sampleData),
    path.dirname(result.out) === result.folder
      ? `Written to ${visible(result.out)}`
      : `The model was left as it is; results are in ${visible(result.folder)}`,
  ].join('\n');
}
