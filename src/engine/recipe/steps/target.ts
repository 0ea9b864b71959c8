import { CancelledError } from '../../../protocol/errors';
import { PARETO_FILE, PLANS_FOLDER, type ParetoCurve } from '../../../protocol/pareto';
import { measured } from '../../../protocol/metric';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { StepResult } from '../../../protocol/steps';
import type { PruneAmount } from '../../../protocol/steps/prune';
import type { TargetStep } from '../../../protocol/steps/target';
import { encodeCheckpoint } from '../../checkpoint/encode';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts } from '../../compress/counts';
import { checkPruningMethod, createPruningMethod, type PruningMethod } from '../../compress/pruning-method';
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
import { remove } from './remove';

/** Values with the usual number of digits: they stand for the one that is measured once the plan is chosen. */
const SOME = { accuracy: 0.12345, other: 0.1234567890123456 } as const;

/** Writes each plan of the curve as a checkpoint of its own, with its metric on the validation examples. */
async function writePlans(context: RunContext, curve: ParetoCurve, method: PruningMethod): Promise<void> {
  const { state, listener, folder } = context;
  const { points, samples, sampleData } = curve;
  const meter = new ProgressMeter('writing plans', points.length, 'checkpoints', progressTo(listener));
  for (const [i, { step, metrics }] of points.entries()) {
    if (listener.signal.aborted) throw new CancelledError();
    const layers: Readonly<Record<string, number | PruneAmount>> = step.layers ?? {};
    const amounts = new Map(Object.entries(layers).map(([layer, amount]) => [layer, amountIn(amount)] as const));
    const { model } = await method.applyAndReconstruct(amounts);
    const measured = recordOf(`step ${state.step + 1}, plan`, metrics, { split: 'validation', samples, sampleData });
    const content = stamped(context, model, [...state.accuracies, measured]);
    await writeStored(folder, `${PLANS_FOLDER}/plan-${String(i + 1).padStart(2, '0')}`, content);
    meter.advance(1);
  }
}

/** Returns the words for the amounts of a plan: sparsities, or shares of channels. */
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
  const method = await createPruningMethod(model, step, { data, seed: recipe.seed, signal, onProgress });
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
  const applied = await (chosen.step === 'prune' ? prune.run(context, chosen) : remove.run(context, chosen));
  if (applied.step !== 'prune' && applied.step !== 'remove') throw new Error(`a plan came to a ${applied.step} step`);
  return { step: 'target', curve, applied, ...afterStep(applied.metrics ?? null, applied.split) };
}

export const target: StepKind<TargetStep> = {
  validate: {
    recipe: checkPruningMethod,
    dryRun: (model, { inputShape }) => {
      if (inputShape) withInputShape(model, inputShape);
      return model;
    },
  },
  plan: ({ session }, { by, inputShape }) =>
    Promise.resolve({
      kind: 'same',
      counts: keptCounts(session.checkpoint, session.checkpoint, inputShape),
      notes: [`How much is ${by === 'prune' ? 'pruned in' : 'removed from'} each layer is found while the step runs.`],
    }),
  run,
};
