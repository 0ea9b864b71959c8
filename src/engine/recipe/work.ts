import { compresses, trains, type RecipeStep } from '../../protocol/steps';
import { trainingsOf } from '../../protocol/steps/distill';
import { readGraph } from '../model/graph';
import { kindOf } from './steps/kinds';
import type { Prepared } from './types';

/** Sizes that decide how long the steps of a run take. */
export interface WorkSizes {
  /** Examples of each split; 0 without data. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Examples of the split on which results are measured; 0 where nothing is measured. */
  readonly reported: number;
  /** Multiply-accumulates of one example, as far as they are known. */
  readonly macs: number;
  readonly params: number;
  /** Layers whose kernels can be changed. */
  readonly kernels: number;
}

/** The work of a step, as far as it is known before the run. */
export interface StepWork {
  /** Epochs over all its trainings. */
  readonly epochs: number;
  /** Examples on which it measures the model. */
  readonly measured: number;
  /** Examples that pass the network besides. */
  readonly passed: number;
}

/** Returns the sizes of a prepared run. */
export function workSizes({ data, start }: Pick<Prepared, 'data' | 'start'>): WorkSizes {
  const of = (split: 'train' | 'validation' | 'test'): number => (data?.has(split) ? data.split(split).length : 0);
  const { layers } = readGraph(start);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    ...{ train: of('train'), validation: of('validation'), test: of('test') },
    reported: data ? of(data.reported) : 0,
    macs: sum(layers.map(({ macs }) => macs ?? 0)),
    params: sum(layers.map(({ params }) => params)),
    kernels: layers.filter(({ prunable }) => prunable).length,
  };
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
