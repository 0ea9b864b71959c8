import * as vscode from 'vscode';
import type { z } from 'zod';
import { t } from '../../protocol/l10n';
import type { panelRequests } from '../../protocol/panel';
import type { PlanPart, StepPlan } from '../../protocol/plan';
import type { HandlerContext } from '../../rpc/peer';
import type { SharedEngine } from '../child/shared-engine';
import { settings } from '../settings';
import type { OpenCheckpoint } from './open-checkpoint';

/** Plans a step on a panel's checkpoint. @throws UserError, CancelledError */
export async function planStep(
  { model, data }: OpenCheckpoint,
  engine: SharedEngine,
  asked: z.output<(typeof panelRequests)['plan']['params']>,
  { signal, report }: HandlerContext<PlanPart>,
): Promise<StepPlan> {
  const about = { ...asked, model, samples: settings.previewSamples(), ...(data === undefined ? {} : { data }) };
  const plan = await engine.call('plan', about, { signal, onProgress: report });
  return vscode.workspace.isTrusted || plan.metrics ? plan : { ...plan, noAccuracy: t('off in Restricted Mode') };
}
