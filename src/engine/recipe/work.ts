import { compresses, trains, type RecipeStep } from '../../protocol/steps';
import { trainingsOf } from '../../protocol/steps/distill';
import { kindOf } from './steps/kinds';
import type { WorkSizes } from './work-sizes';

/** The work of a step, as far as it is known before the run. */
export interface StepWork {
  /** Epochs over all its trainings. */
  readonly epochs: number;
  /** Examples on which it measures the model. */
  readonly measured: number;
  /** Examples that pass the network besides. */
  readonly passed: number;
}

/** Returns the work of each step. */
export function workOf(steps: readonly RecipeStep[], sizes: WorkSizes): StepWork[] {
  const first = steps.findIndex(compresses);
  return steps.map((step, i) => ({
    epochs: 'epochs' in step ? step.epochs * (step.step === 'distill' ? trainingsOf(step) : 1) : 0,
    measured: measuredBy(step, i === first, sizes),
    passed: sizes.reported > 0 ? (kindOf(step).passes?.(step, sizes) ?? 0) : 0,
  }));
}

/** The model is measured before it is compressed first, after each compression, and as the best epoch was written. */
function measuredBy(step: RecipeStep, first: boolean, sizes: WorkSizes): number {
  if (step.step === 'evaluate') {
    const there = step.split === undefined ? sizes.reported : sizes[step.split];
    return Math.min(step.samples ?? there, there);
  }
  const after = compresses(step) || trains(step) || step.step === 'recalibrate';
  return ((first ? 1 : 0) + (after ? 1 : 0)) * sizes.reported;
}
