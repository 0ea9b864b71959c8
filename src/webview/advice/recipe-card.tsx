import type { Advice, AdvisedRecipe } from '../../protocol/advice';
import { t, translated } from '../../protocol/l10n';
import { recipeFigures } from './words';
import { openAsRecipe, openInMethods, runAdvised, showPlan } from '../state/advice';
import { cannotMeasure, cannotRun, job } from '../state/session';
import { Button } from '../ui/button';
import { Tag } from '../ui/tag';

/** A recipe with its figures; ~ marks estimates. @param isFirst its button is the one that stands out */
export function RecipeCard({ recipe, now, isFirst }: { recipe: AdvisedRecipe; now: Advice['now']; isFirst: boolean }) {
  const { name, best, seconds, meets } = recipe;
  const title = translated(recipe.title);
  const running = job.value?.status === 'running' || job.value?.status === 'cancelling';
  const blocked = cannotRun.value ?? (seconds === 0 ? null : cannotMeasure.value);
  const id = `advised-${name}`;
  return (
    <li class={meets ? 'card advised-recipe meets' : 'card advised-recipe'} data-testid={name} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {best.length > 0 && (
        <p class="row small">
          {best.map((words) => (
            <Tag key={words}>{translated(words)}</Tag>
          ))}
        </p>
      )}
      <dl class="advised-figures">
        {recipeFigures(recipe, now).map(({ key, label, text }) => (
          <div key={key}>
            <dt class="small quiet">{label}</dt>
            <dd class="figures" data-testid={`${name}-${key}`}>
              {text}
            </dd>
          </div>
        ))}
      </dl>
      <p class="small quiet">{translated(recipe.does)}</p>
      <div class="row">
        <Button
          primary={isFirst}
          disabled={blocked !== null || running}
          title={blocked === null ? undefined : translated(blocked)}
          onPress={() => void runAdvised(recipe)}
          label={t('Run {0}', title)}
          testId={`${name}-run`}
        >
          {t('Run')}
        </Button>
        <Button onPress={() => showPlan(recipe)} label={t('Show the plan of {0}', title)} testId={`${name}-plan`}>
          {t('Show the Plan')}
        </Button>
        <Button
          onPress={() => openInMethods(recipe)}
          label={t('Open in Methods: {0}', title)}
          testId={`${name}-methods`}
        >
          {t('Open in Methods')}
        </Button>
        <Button
          onPress={() => void openAsRecipe(recipe)}
          label={t('Open as recipe: {0}', title)}
          testId={`${name}-open`}
        >
          {t('Open as Recipe')}
        </Button>
      </div>
    </li>
  );
}
