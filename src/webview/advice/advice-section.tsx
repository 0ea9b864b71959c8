import { t, translated } from '../../protocol/l10n';
import { Fold } from '../ui/fold';
import { MetricNote } from './metric-note';
import { GoalForm } from './goal-form';
import { LayerSavings } from './layer-savings';
import { RecipeCard } from './recipe-card';
import { advice, adviceProblem, advising, cancelAdvice } from '../state/advice';
import { ShowLog } from '../notices/show-log';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';

/** What can be saved in the model, where and how, with recipes to choose from. */
export function AdviceSection() {
  const told = advice.value;
  const busy = advising.value;
  return (
    <section
      class="section advice"
      id="advice"
      data-inputs
      aria-labelledby="advice-title"
      data-advising={busy !== null}
    >
      <div class="section-head">
        <h2 id="advice-title">{t('Advice')}</h2>
        {told && <MetricNote advice={told} />}
      </div>
      {!told && !busy && (
        <p class="small quiet">
          {t(
            'What can be saved in this model, where, and how? Layers are measured one by one, and complete recipes are offered.',
          )}
        </p>
      )}
      {busy ? (
        <div class="running">
          <ProgressBar
            progress={busy.progress}
            stage={busy.progress?.stage ?? t('Starting')}
            testId="advice-progress"
          />
          <Button icon="close" onPress={cancelAdvice} testId="cancel-advice">
            {t('Cancel')}
          </Button>
        </div>
      ) : (
        <GoalForm />
      )}
      {adviceProblem.value !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="advice-problem">
          {translated(adviceProblem.value)}
        </Notice>
      )}
      {told && (
        <>
          {told.shortfall !== undefined && (
            <Notice kind="warning" testId="advice-shortfall">
              {translated(told.shortfall)}
            </Notice>
          )}
          {told.recipes.length > 0 ? (
            <ol class="advised" aria-label={t('Recipes')} data-testid="advised-recipes">
              {told.recipes.map((recipe, index) => (
                <RecipeCard key={recipe.name} recipe={recipe} now={told.now} isFirst={index === 0} />
              ))}
            </ol>
          ) : (
            <p class="small quiet">{t('No recipe makes this model smaller.')}</p>
          )}
          <Fold title={t('What each layer could save')} open={false} testId="advice-layers-fold">
            <LayerSavings advice={told} />
          </Fold>
          <Fold title={t('How this was found')} open={false} testId="advice-notes-fold">
            <ul class="left-alone small quiet" data-testid="advice-notes">
              {told.notes.map((note) => (
                <li key={note}>{translated(note)}</li>
              ))}
            </ul>
          </Fold>
        </>
      )}
    </section>
  );
}
