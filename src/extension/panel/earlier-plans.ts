import { existsSync } from 'node:fs';
import path from 'node:path';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import { withReferenced } from '../../protocol/referenced';
import type { EarlierPlans } from '../../protocol/panel';
import type { ParetoCurve } from '../../protocol/pareto';
import type { RecipeStep } from '../../protocol/steps';
import { modelLabel } from '../runs/folder-name';
import { readRunOf, startOf, type ListedRun } from '../../disk/read-run';

interface TargetRun {
  curve: ParetoCurve;
  /** The model.json at the start of the run; undefined if it is gone. */
  start: string | undefined;
  /** The run's steps with another step in place of the target, for a recipe beside `start`. */
  stepsWith(step: RecipeStep): RecipeStep[];
}

/** The plans among which the outcome of a run was chosen; undefined if no target step wrote it. */
export function earlierPlans(written: ListedRun): EarlierPlans | undefined {
  const run = targetRun(written);
  return run && { curve: run.curve, start: run.start === undefined ? null : modelLabel(run.start) };
}

/** The checkpoint at the start of a model's run, and the steps that apply another of its plans. @throws UserError */
export async function takenPlan(model: string, place: number): Promise<{ start: string; steps: RecipeStep[] }> {
  const written = await readRunOf(model);
  const run = written && targetRun(written);
  const point = run?.curve.points[place];
  if (!run || !point) throw new UserError(t('The plans of {0} are gone: its results were changed.', modelLabel(model)));
  if (run.start === undefined)
    throw new UserError(
      t("The checkpoint at the start of {0}'s run is gone, so its plans cannot be taken.", modelLabel(model)),
    );
  return { start: run.start, steps: run.stepsWith(point.step) };
}

function targetRun({ folder, recipe, result: results }: ListedRun): TargetRun | undefined {
  if (!recipe) return undefined;
  const { steps } = recipe;
  const at = steps.findIndex(({ step }) => step === 'target');
  const result = results?.steps[at];
  if (result?.step !== 'target') return undefined;
  const start = existing(startOf(folder, recipe));
  return {
    curve: result.curve,
    start,
    stepsWith(step) {
      const all = { steps: [...steps.slice(0, at), step, ...steps.slice(at + 1)] };
      const move = (given: string): string =>
        path.relative(start === undefined ? folder : path.dirname(start), path.resolve(folder, given));
      return withReferenced(all, (given) => move(given).replaceAll('\\', '/')).steps;
    },
  };
}

const existing = (file: string | undefined): string | undefined =>
  file !== undefined && existsSync(file) ? file : undefined;
