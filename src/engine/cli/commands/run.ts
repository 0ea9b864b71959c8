import path from 'node:path';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { withNormalization } from '../../../protocol/dataset';
import { UserError } from '../../../protocol/errors';
import type { Recipe } from '../../../protocol/recipe';
import { outcome } from '../../../protocol/steps';
import { dataAsTyped, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { readRecipe } from '../recipe';
import { accuracyNotes, runOnTerminal } from '../runs';
import { table } from '../table';
import type { Terminal } from '../terminal';
import { totalLines } from './inspect';

export interface RunCommand extends CommonOptions, DataOptions {
  out: string;
  resume?: boolean;
}

/** `secateur run` */
export async function run(file: string, options: RunCommand, engine: LocalEngine, terminal: Terminal): Promise<void> {
  const { out, resume = false } = options;
  const recipe = withData(await readRecipe(file), options);
  const baseFolder = path.dirname(path.resolve(file));
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder, resume });
  await terminal.result(options.json ? JSON.stringify(result) : runText(result));
}

/** Options go before what the recipe says. @throws UserError */
function withData(recipe: Recipe, { data: typed, normalization }: DataOptions): Recipe {
  const data = typed === undefined ? recipe.data : dataAsTyped(typed);
  if (data === undefined) {
    if (normalization)
      throw new UserError('The recipe names no data to be normalized: give a dataset with --data too.');
    return recipe;
  }
  return { ...recipe, data: normalization ? withNormalization(data, normalization) : data };
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
    ...accuracyNotes(result.sampleData, result.normalization),
    path.dirname(result.out) === result.folder
      ? `Written to ${visible(result.out)}`
      : `The model was left as it is; results are in ${visible(result.folder)}`,
  ].join('\n');
}
