import { useState } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import type { ParetoCurve } from '../../protocol/pareto';
import { asJson } from '../../protocol/json';
import { ask } from '../state/host';
import { replaceSteps } from '../state/recipe';
import { drafts, job, panel } from '../state/session';
import { bringIntoView } from '../state/view';
import { Notice } from '../ui/notice';
import { ParetoPlot } from './pareto-plot';

/** The plans of the current run. The applied plan replaces the target in the recipe; later steps stay. */
export function PlansOfRun({ curve }: { curve: ParetoCurve }) {
  const take = (place: number): void => {
    const at = drafts.value.findIndex(({ step }) => step === 'target');
    const step = asJson(curve.points[place]!.step);
    replaceSteps([...drafts.value.slice(0, Math.max(0, at)), step, ...drafts.value.slice(at + 1)]);
    bringIntoView('recipe');
  };
  return <ParetoPlot curve={curve} onTake={take} hint={t('goes into the recipe')} />;
}

/** The plans among which this checkpoint was chosen. They are applied to the checkpoint at the start of that run. */
export function EarlierPlans() {
  const plans = panel.value?.plans;
  const [problem, setProblem] = useState<string | null>(null);
  if (!plans || job.value) return null;
  const { curve, start } = plans;
  const take = (place: number): void => {
    setProblem(null);
    ask('takePlan', { place }).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  return (
    <>
      {start === null ? (
        <ParetoPlot curve={curve} hint={t('The checkpoint at their start is gone, so no plan can be taken.')} />
      ) : (
        <ParetoPlot curve={curve} onTake={take} hint={t('opens {0}, the checkpoint at their start', start)} />
      )}
      {problem !== null && (
        <Notice kind="error" testId="plan-problem">
          {translated(problem)}
        </Notice>
      )}
    </>
  );
}
