import * as vscode from 'vscode';
import type { Progress } from '../../protocol/measure';
import type { StepPlan } from '../../protocol/plan';
import type { PruneStep } from '../../protocol/steps/prune';
import type { RemoveStep } from '../../protocol/steps/remove';
import type { HandlerContext } from '../../rpc/peer';
import { settings } from '../settings';
import type { CheckpointPanel } from './panel';
import { prunePlan, removePlan } from './stepPlan';

/** What a step would do to each layer of a panel's checkpoint. Throws UserError, CancelledError. */
export async function planStep(
  panel: CheckpointPanel,
  { step, seed }: { step: PruneStep | RemoveStep; seed: number },
  { signal, report }: HandlerContext<Progress>,
): Promise<StepPlan> {
  const { model, services } = panel;
  const { engine } = services;
  const { data } = panel;
  const about = { model, seed, samples: settings.previewSamples(), ...(data === undefined ? {} : { data }) };
  const inspection = await engine.call('inspect', { model }, { signal });
  const plan =
    step.step === 'prune'
      ? prunePlan(inspection, await engine.call('preview', { ...about, prune: step }, { signal }))
      : removePlan(
          inspection,
          await engine.call('planRemove', { ...about, remove: step }, { signal, onProgress: report }),
        );
  return vscode.workspace.isTrusted || plan.accuracy ? plan : { ...plan, noAccuracy: 'off in Restricted Mode' };
}
