import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { PARETO_FILE } from '../../../protocol/pareto';
import type { StepResult } from '../../../protocol/run';
import type { TargetStep } from '../../../protocol/steps/target';
import { encodeCheckpoint } from '../../checkpoint/encode';
import type { ModelContent } from '../../checkpoint/types';
import { checkCutting, cuttingOf } from '../../compress/cutting';
import { findTarget } from '../../compress/target/find';
import { Sample } from '../../measure/sample';
import { StoredPoints } from '../../measure/sensitivity/points';
import { measureBefore } from '../compressed';
import { STATE_FOLDER } from '../state';
import { progressTo } from '../types';
import { stamped, type Work } from '../work';
import type { StepKind } from './kind';
import { prune } from './prune';
import { remove } from './remove';

/** An accuracy with as many digits as any has: it stands for the one that is measured once the plan is chosen. */
const SOME_ACCURACY = 0.12345;

/** Finds the plan that meets the goal, leaves all that were found in the run's folder, and does what the chosen one says. */
async function perform(work: Work, step: TargetStep): Promise<StepResult> {
  const { prepared, listener, state, environment, out, model } = work;
  const { data, recipe } = prepared;
  if (!data) throw new Error('a target step was let through without data');
  await measureBefore(work);
  const { signal } = listener;
  const onProgress = progressTo(listener);
  const sample = new Sample(data.split('validation'), data.info.classNames.length, step.samples);
  const cutting = await cuttingOf(model, step, { data, seed: recipe.seed, signal, onProgress });
  const scanFolder = path.join(out, STATE_FOLDER, `scan-${state.step + 1}`);
  await mkdir(scanFolder, { recursive: true });
  const { by, score, granularity = 'element' } = step;
  const known = await StoredPoints.open(scanFolder, {
    weightsHash: encodeCheckpoint(model).weightsHash,
    images: sample.hash(),
    method: { by, score, granularity, seed: recipe.seed },
    backend: environment.backend,
  });
  const later = {
    after: `step ${state.step + 1}, ${by}`,
    split: 'test',
    samples: data.info.images.test,
    accuracy: SOME_ACCURACY,
    sampleData: data.info.sample,
  };
  const curve = await findTarget({
    ...{ model, step, cutting, sample, known, signal, onProgress },
    sampleData: data.info.sample,
    asWritten: (content: ModelContent) => stamped(work, content, [...state.accuracies, later]),
  });
  await writeFileAtomic(path.join(out, PARETO_FILE), `${JSON.stringify(curve, null, 2)}\n`);
  const chosen = curve.points[curve.chosen]!.step;
  const applied = await (chosen.step === 'prune' ? prune.perform(work, chosen) : remove.perform(work, chosen));
  if (applied.step !== 'prune' && applied.step !== 'remove') throw new Error(`a plan came to a ${applied.step} step`);
  return { step: 'target', curve, applied, accuracy: applied.accuracy };
}

export const target: StepKind<TargetStep> = {
  runsModel: () => true,
  check: checkCutting,
  perform,
};
