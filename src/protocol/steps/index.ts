import * as z from 'zod';
import { EvaluateStep } from './evaluate';
import { FinetuneStep } from './finetune';
import { PruneStep } from './prune';
import { RecalibrateStep } from './recalibrate';
import { RemoveStep } from './remove';
import { RewindStep } from './rewind';
import { TargetStep } from './target';
import { TrainStep } from './train';

/** The steps of a recipe by the name that it gives them. A new step is a schema here and a kind in the engine. */
export const stepSchemas = {
  train: TrainStep,
  prune: PruneStep,
  remove: RemoveStep,
  target: TargetStep,
  finetune: FinetuneStep,
  recalibrate: RecalibrateStep,
  rewind: RewindStep,
  evaluate: EvaluateStep,
};
export type StepName = keyof typeof stepSchemas;
export type StepOf<Name extends StepName> = z.infer<(typeof stepSchemas)[Name]>;

const names = Object.keys(stepSchemas);

/** One step of a recipe; defaults are filled in. */
export const RecipeStep = z.discriminatedUnion(
  'step',
  [TrainStep, PruneStep, RemoveStep, TargetStep, FinetuneStep, RecalibrateStep, RewindStep, EvaluateStep],
  { error: `unknown step: use ${names.slice(0, -1).join(', ')} or ${names.at(-1)}` },
);
export type RecipeStep = z.infer<typeof RecipeStep>;
/** One step as a person writes it, defaults left out. */
export type RecipeStepInput = z.input<typeof RecipeStep>;
