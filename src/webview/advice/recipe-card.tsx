import type { Advice, AdvisedRecipe } from '../../protocol/advice';
import { recipeFigures } from './words';
import { openAsRecipe, runAdvised, showPlan } from '../state/advice';
import { cannotMeasure, cannotRun, job } from '../state/session';
import { Button } from '../ui/button';
import { Tag } from '../ui/tag';

/** A recipe with its figures; ~ marks estimates. */
export function RecipeCard({ recipe, now }: { recipe: AdvisedRecipe; now: Advice['now'] }) {
  const { name, title, does, best, seconds, meets } = recipe;
  const running = job.value?.status === 'running' || job.value?.status === 'cancelling';
  const blocked = cannotRun.value ?? (seconds === 0 ? null : cannotMeasure.value);
  const id = `advised-${name}`;
  return (
    <li class={meets ? 'card advised-recipe meets' : 'card advised-recipe'} data-testid={name} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {best.length > 0 && (
        <p class="row small">
          {best.map((words) => (
            <Tag key={words}>{words}</Tag>
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
      <p class="small quiet">{does}</p>
      <div class="row">
        <Button onPress={() => showPlan(recipe)} label={`Show the plan of ${title}`} testId={`${name}-plan`}>
          Show the Plan
        </Button>
        <Button onPress={() => openAsRecipe(recipe)} label={`Open as recipe: ${title}`} testId={`${name}-open`}>
          Open as Recipe
        </Button>
        <Button
          primary
          disabled={blocked !== null || running}
          title={blocked ?? undefined}
          onPress={() => void runAdvised(recipe)}
          label={`Run ${title}`}
          testId={`${name}-run`}
        >
          Run
        </Button>
      </div>
    </li>
  );
}
