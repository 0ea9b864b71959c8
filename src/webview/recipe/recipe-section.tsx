import { sentences, t, translated } from '../../protocol/l10n';
import { stepDefinition } from '../../protocol/steps';
import { problems, replaceSteps, steps } from '../state/recipe';
import { cannotEvaluate, cannotMeasure, cannotRun, drafts, panel, seed } from '../state/session';
import { counts, step as thresholdStep } from '../state/preview';
import { planned } from '../state/step-plan';
import { sentence } from '../ui/sentence';
import { LinkButton } from '../ui/link';
import { NumberField } from '../ui/number-field';
import { MethodPicker } from './method-picker';
import { PlanTable } from './plan-table';
import { Rounds } from './rounds';
import { Smallest } from './smallest';
import { RunForm } from './run-form';
import { StepForm } from './step-form';
import { StepList } from './step-list';

const SEEDS = 0x7fffffff;

const seedOf = (text: string): number | string => {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= SEEDS
    ? value
    : t('Enter a whole number, 0 or more.');
};

/** The methods, the recipe with its steps, the form and the plan of the selected step, and the button that runs the recipe. */
export function RecipeSection() {
  const list = drafts.value;
  const ready = steps.value;
  return (
    <section class="section recipe" id="recipe" aria-labelledby="recipe-title" tabIndex={-1}>
      <div class="section-head">
        <h2 id="recipe-title">{t('Methods and recipe')}</h2>
        <span class="row small">
          {list.length > 0 && (
            <LinkButton onPress={() => replaceSteps([])} testId="clear-recipe">
              {t('Clear')}
            </LinkButton>
          )}
        </span>
      </div>
      <MethodPicker />
      <Smallest />
      {list.length > 0 && (
        <div class="recipe-body card" data-inputs>
          <div class="recipe-list">
            <StepList />
            <Rounds />
            <div class="write">
              <h3>{t('Run & write')}</h3>
              <RunForm
                steps={ready}
                seed={seed.value}
                sparsity={sparsityOf(ready)}
                why={ready === null ? firstProblem() : whyNotMeasured()}
                button={t('Run & Write')}
                ids={{ folder: 'recipe-folder', run: 'recipe-run', copy: 'recipe-copy', open: 'recipe-open' }}
              >
                <NumberField
                  label={t('Seed')}
                  value={seed.value}
                  max={SEEDS}
                  arrow={1}
                  page={10}
                  parse={seedOf}
                  onValue={(value) => (seed.value = value)}
                  testId="recipe-seed"
                />
              </RunForm>
            </div>
          </div>
          <div class="recipe-step">
            <StepForm />
            <PlanTable />
          </div>
        </div>
      )}
      {list.length === 0 && (
        <p class="small quiet">
          {t(
            'The threshold is the quick way. Here each method has all its options, and several make a recipe: {0}, then {1}, for example.',
            translated(stepDefinition('remove').words.title),
            translated(stepDefinition('finetune').words.title),
          )}
        </p>
      )}
    </section>
  );
}

/** The sparsity after the steps, if the preview knows it. */
function sparsityOf(ready: typeof steps.value): number | null {
  const prune = ready?.find((step) => step.step === 'prune');
  if (!prune) return null;
  if (prune.amount && 'sparsity' in prune.amount && prune.scope === 'global') return prune.amount.sparsity;
  const text = JSON.stringify(prune);
  if (planned.value && JSON.stringify(planned.value.step) === text)
    return planned.value.plan.counts.totals.after.sparsity;
  return JSON.stringify(thresholdStep.value) === text ? (counts.value?.totals.after.sparsity ?? null) : null;
}

/** The first step that is not complete, and its fault. */
function firstProblem(): string {
  const place = problems.value.findIndex((problem) => problem !== null);
  return t('Step {0}: {1}', place + 1, sentence(translated(problems.value[place] ?? '')));
}

function whyNotMeasured(): string | null {
  if (cannotRun.value !== null) return null;
  if (cannotMeasure.value !== null)
    return sentences(
      cannotEvaluate.value === null ? t('Without data there is no training and no accuracy.') : '',
      sentence(translated(cannotMeasure.value)),
    );
  return panel.value?.dataset?.sample ? t('Trains and measures on the sample data') : null;
}
