import type { Recipe } from '../../protocol/recipe';
import { stepDefinition, trains } from '../../protocol/steps';
import type { LocalEngine } from './engine';
import { planDocument as distillDocument, planText as distillText } from './outcomes/distill';
import { planDocument as removalDocument, planText as removalText } from './outcomes/remove';
import { planDocument as reshapingDocument, planText as reshapingText } from './outcomes/reshape';
import { planDocument, planText } from './plan';
import type { Terminal } from './terminal';

/** Asks what the first step of a recipe would come to, and answers what is printed of it; nothing is written. Throws UserError. */
export async function dryRun(
  engine: LocalEngine,
  terminal: Terminal,
  recipe: Recipe,
  checkpoint: string,
): Promise<{ document: unknown; text: string }> {
  const [first, ...later] = recipe.steps;
  if (!first) throw new Error('a recipe has a step');
  const about = { model: checkpoint, seed: recipe.seed, baseFolder: process.cwd() };
  const { data } = recipe;
  const asked = { ...about, step: first, packed: true, ...(data === undefined ? {} : { data }) };
  const planned = await engine.ask('plan', asked, (part) => {
    if (part.part === 'progress') terminal.progress(part.progress);
  });
  // Effects of later steps are noted too, such as files that grow when quantized weights are trained.
  const notes = new Set(planned.notes);
  for (const step of later.filter((one) => trains(one) || one.step === 'recalibrate'))
    for (const note of (await engine.ask('plan', { ...about, step })).notes ?? []) notes.add(note);
  const plan = notes.size === 0 ? planned : { ...planned, notes: [...notes] };
  if (first.step === 'distill') return { document: distillDocument(plan), text: distillText(plan) };
  if (plan.kind === 'channels') return { document: removalDocument(plan), text: removalText(plan) };
  const { running } = stepDefinition(first.step).words;
  if (plan.kind === 'layers') return { document: reshapingDocument(plan), text: reshapingText(plan, running) };
  return { document: planDocument(plan), text: planText(plan, running) };
}
