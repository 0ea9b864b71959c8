import { ObjectFields } from '../form/field-view';
import { MoreLink } from '../form/more-link';
import { sentences, t, translated } from '../../protocol/l10n';
import { plansByRunning, stepDefinition } from '../../protocol/steps';
import { sentence } from '../ui/sentence';
import {
  changeStep,
  current,
  currentComplaint,
  currentStep,
  nameOf,
  problems,
  starts,
  stepFields,
  stepsBefore,
} from '../state/recipe';
import { cannotRun, drafts, inspection } from '../state/session';
import { keptIn } from '../state/wrong-texts';
import { earlierWeights } from '../state/earlier-weights';
import { openPage } from '../state/docs';
import { cancelPlan, madeBy, planning, planProblem, planStep } from '../state/step-plan';
import { ShowLog } from '../notices/show-log';
import { Button } from '../ui/button';
import { leadToMistake } from '../ui/invalid-field';
import { Notice } from '../ui/notice';
import { rewindOffers } from './rewind-offers';
import { ProgressBar } from '../ui/progress-bar';

/** The form of the selected step, made from its schema, and the button that shows its plan. */
export function StepForm() {
  const index = current.value;
  const draft = index === null ? undefined : drafts.value[index];
  const isRewind = draft?.['step'] === 'rewind';
  if (index === null || !draft) return <p class="quiet">{t('Add a method above to set its options here.')}</p>;
  const name = nameOf(draft);
  if (!name) return <Notice kind="warning">{t('This version does not know this step: delete it to continue.')}</Notice>;
  const own = (inspection.value?.layers ?? []).filter(({ prunable }) => prunable).map((layer) => layer.name);
  const layers = [...new Set([...own, ...madeBy(stepsBefore(index))])];
  const problem = problems.value[index] ?? null;
  const offers = isRewind ? { 'form-rewind-to': rewindOffers(drafts.value, index, earlierWeights.value) } : undefined;
  const { title, purpose, when, page } = stepDefinition(name).words;
  return (
    <div class="step-form" data-inputs key={`${index}-${name}`}>
      <h3>{t('Step {0}: {1}', index + 1, translated(title))}</h3>
      <p class="small quiet" data-testid="step-about">
        {sentences(translated(purpose), translated(when))}
        <MoreLink page={page} of={translated(title)} open={openPage} testId="step-page" />
      </p>
      <ObjectFields
        fields={stepFields(name)}
        value={draft}
        context={{
          id: `form-${name}`,
          layers,
          starts,
          complaint: currentComplaint.value,
          openPage,
          offers,
          kept: keptIn(index, () => current.peek() === index),
        }}
        onChange={(next) => changeStep(index, next)}
      />
      {problem !== null && (
        <Notice kind="warning" testId="step-problem">
          {sentence(translated(problem))}
        </Notice>
      )}
      <PlanButton />
    </div>
  );
}

function PlanButton() {
  const step = currentStep.value;
  if (!step) return null;
  const going = planning.value;
  const problem = planProblem.value;
  const fresh = problem !== null && JSON.stringify(problem.step) === JSON.stringify(step);
  return (
    <div class="plan-ask">
      {going ? (
        <div class="running">
          <ProgressBar
            progress={going.progress}
            stage={going.progress?.stage ?? t('Planning')}
            testId="plan-progress"
          />
          <Button icon="close" onPress={cancelPlan} testId="cancel-plan">
            {t('Cancel')}
          </Button>
        </div>
      ) : (
        <Button
          icon="play"
          disabled={cannotRun.value !== null && plansByRunning(step)}
          onPress={(_, pressed) => {
            if (!leadToMistake(pressed)) void planStep(step);
          }}
          testId="show-plan"
        >
          {t('Show the Plan')}
        </Button>
      )}
      {fresh && (
        <Notice kind="error" actions={<ShowLog />} testId="plan-problem">
          {translated(problem.message)}
        </Notice>
      )}
    </div>
  );
}
