import type { Recipe } from '../../protocol/recipe';
import type { LocalEngine } from './engine';
import { planText as removalText } from './outcomes/remove';
import { dryRun, planText } from './plan';
import type { Terminal } from './terminal';

/** Asks what the first step of a recipe would do, and prints it; nothing is written. */
export type DryRun = (
  engine: LocalEngine,
  terminal: Terminal,
  recipe: Recipe,
  checkpoint: string,
) => Promise<{ document: unknown; text: string }>;

const ofPrune: DryRun = async (engine, terminal, recipe, checkpoint) => {
  const [step] = recipe.steps;
  if (step?.step !== 'prune') throw new Error('the recipe does not begin with a prune step');
  const plan = await dryRun(engine, terminal, recipe, checkpoint, step);
  return { document: plan, text: planText(plan) };
};

const ofRemove: DryRun = async (engine, terminal, { steps: [step], seed, data }, model) => {
  if (step?.step !== 'remove') throw new Error('the recipe does not begin with a remove step');
  const request = { model, remove: step, seed, ...(data === undefined ? {} : { data }) };
  const plan = await engine.ask('planRemove', request, (progress) => {
    terminal.progress(progress);
  });
  return { document: { dryRun: true, ...plan }, text: removalText(plan) };
};

/** How a step is planned on the command line; undefined: it cannot be. */
export const dryRunOf = (step: string): DryRun | undefined => ({ prune: ofPrune, remove: ofRemove })[step];
