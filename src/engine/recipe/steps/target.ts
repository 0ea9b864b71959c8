import { CancelledError, UserError } from '../../../protocol/errors';
import { PARETO_FILE, PLANS_FOLDER, type ParetoCurve, type ParetoPoint } from '../../../protocol/pareto';
import { measured } from '../../../protocol/metric';
import { SCAN_BITS, SCAN_SPARSITIES } from '../../../protocol/measure/sensitivity';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { StepResult } from '../../../protocol/steps';
import type { PruneAmount } from '../../../protocol/steps/prune';
import type { TargetStep } from '../../../protocol/steps/target';
import { encodeCheckpoint } from '../../checkpoint/encode';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts } from '../../compress/counts';
import { checkMethod, createMethod } from '../../compress/create-method';
import type { CompressionMethod } from '../../compress/method';
import { amountsIn } from '../../compress/quantize/method';
import { findTarget } from '../../compress/target/find';
import { withInputShape } from '../../model/input-shapes';
import { Sample } from '../../measure/sample';
import { StoredPoints } from '../../measure/sensitivity/points';
import { ProgressMeter } from '../../progress-meter';
import { measureBefore } from '../compressed';
import { recordOf } from '../measured';
import { scanFolder } from '../folder/layout';
import { writeStored } from '../folder/stored';
import { progressTo } from '../types';
import { stamped, type RunContext } from '../run-context';
import type { StepKind } from './kind';
import { prune } from './prune';
import { quantize } from './quantize';
import { remove } from './remove';

/** Values with the usual number of digits: they stand for the one that is measured once the plan is chosen. */
const SOME = { accuracy: 0.12345, other: 0.1234567890123456 } as const;

/** Plans that a search measures, about. */
const TRIED_PLANS = 10;

/** Writes each plan of the curve as a checkpoint of its own, with its metric on the validation examples. */
async function writePlans(context: RunContext, curve: ParetoCurve, method: CompressionMethod): Promise<void> {
  const { state, listener, folder } = context;
  const { points, samples, sampleData } = curve;
  const meter = new ProgressMeter('writing plans', points.length, 'checkpoints', progressTo(listener));
  for (const [i, { step, metrics }] of points.entries()) {
    if (listener.signal.aborted) throw new CancelledError();
    const { model } = await method.applyAndReconstruct(amountsOf(step));
    const measured = recordOf(`step ${state.step + 1}, plan`, metrics, { split: 'validation', samples, sampleData });
    const content = stamped(context, model, [...state.accuracies, measured]);
    await writeStored(folder, `${PLANS_FOLDER}/plan-${String(i + 1).padStart(2, '0')}`, content);
    meter.advance(1);
  }
}

/** Returns the amounts of a plan by layer name: sparsities, shares of channels, or bits. */
function amountsOf(step: ParetoPoint['step']): ReadonlyMap<string, number> {
  if (step.step === 'quantize') return amountsIn(step);
  const layers: Readonly<Record<string, number | PruneAmount>> = step.layers ?? {};
  return new Map(Object.entries(layers).map(([layer, amount]) => [layer, amountIn(amount)] as const));
}

function amountIn(amount: number | PruneAmount): number {
  if (typeof amount === 'number') return amount;
  if ('sparsity' in amount) return amount.sparsity;
  throw new Error('a plan has a threshold');
}

/** Finds the plan that meets the goal, writes all plans into the run's folder, and applies the chosen one. */
async function run(context: RunContext, step: TargetStep): Promise<StepResult> {
  const { prepared, listener, state, environment, folder, model } = context;
  const { data, recipe } = prepared;
  if (!data) throw new Error('a target step was let through without data');
  await measureBefore(context);
  const { signal } = listener;
  const onProgress = progressTo(listener);
  const sample = new Sample(data.split('validation'), step.samples);
  const method = await createMethod(model, step, { data, seed: recipe.seed, signal, onProgress });
  const { by, score, granularity = 'element' } = step;
  const known = await StoredPoints.open(folder, scanFolder(state.step), {
    weightsHash: encodeCheckpoint(model).weightsHash,
    images: sample.hash(),
    method: { by, score, granularity, seed: recipe.seed },
    backend: environment.backend,
  });
  const main = state.before?.[0] ?? measured('accuracy', 0);
  const later = recordOf(
    `step ${state.step + 1}, ${by}`,
    [{ ...main, value: main.name === 'accuracy' ? SOME.accuracy : SOME.other }],
    { split: data.reported, samples: data.info.examples[data.reported], sampleData: data.info.sample },
  );
  const curve = await findTarget({
    ...{ model, step, method, sample, known, signal, onProgress },
    sampleData: data.info.sample,
    normalization: data.normalization,
    asWritten: (content: ModelContent) => stamped(context, content, [...state.accuracies, later]),
  });
  await folder.write(PARETO_FILE, `${JSON.stringify(curve, null, 2)}\n`);
  if (step.writePlans) await writePlans(context, curve, method);
  const chosen = curve.points[curve.chosen]!.step;
  const applied = await appliedTo(context, chosen);
  if (applied.step !== 'prune' && applied.step !== 'remove' && applied.step !== 'quantize')
    throw new Error(`a plan came to a ${applied.step} step`);
  return { step: 'target', curve, applied, ...afterStep(applied.metrics ?? null, applied.split) };
}

function appliedTo(context: RunContext, step: ParetoPoint['step']): Promise<StepResult> {
  switch (step.step) {
    case 'prune':
      return prune.run(context, step);
    case 'remove':
      return remove.run(context, step);
    case 'quantize':
      return quantize.run(context, step);
  }
}

/** @throws UserError where the method does not change the size that the goal names */
function checkGoal({ by, goal }: TargetStep): void {
  if (by === 'quantize' && ('macs' in goal || 'params' in goal))
    throw new UserError(
      'Quantization leaves all parameters and multiply-accumulates: give a metric or bytes as the goal, or choose another method.',
    );
}

const PLANNED: Readonly<Record<TargetStep['by'], string>> = {
  prune: 'How much is pruned in each layer is found while the step runs.',
  remove: 'How much is removed from each layer is found while the step runs.',
  quantize: 'The bits of each layer are found while the step runs.',
};

export const target: StepKind<TargetStep> = {
  validate: {
    recipe: (step) => {
      checkMethod(step);
      checkGoal(step);
    },
    dryRun: (model, { inputShape }) => {
      if (inputShape) withInputShape(model, inputShape);
      return model;
    },
  },
  plan: ({ session }, { by, inputShape }) =>
    Promise.resolve({
      kind: 'same',
      counts: keptCounts(session.checkpoint, session.checkpoint, inputShape),
      notes: [PLANNED[by]],
    }),
  // Each layer is measured at each amount, and then some plans.
  passes: ({ by, samples }, { kernels }) =>
    samples * (kernels * (by === 'quantize' ? SCAN_BITS : SCAN_SPARSITIES).length + TRIED_PLANS),
  run,
};
