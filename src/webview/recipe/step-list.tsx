import { useEffect } from 'preact/hooks';
import { summaryOf } from '../form/summary';
import type { JsonObject } from '../../protocol/json';
import { t, translated } from '../../protocol/l10n';
import { stepDefinition } from '../../protocol/steps';
import { current, deleteStep, moveStep, nameOf, problems, stepFields } from '../state/recipe';
import { earlierWeights, listEarlierWeights } from '../state/earlier-weights';
import { drafts } from '../state/session';
import { IconButton } from '../ui/button';
import { Icon } from '../ui/icon';

const isRewind = (draft: JsonObject): boolean => nameOf(draft) === 'rewind';

/** A step in a few words. A rewind names its weights as the workspace does. */
function wordsOf(draft: JsonObject): string {
  const name = nameOf(draft);
  const { to } = draft;
  if (isRewind(draft) && typeof to === 'string')
    return earlierWeights.value.find(({ path }) => path === to)?.place ?? to;
  return summaryOf(draft, name ? stepFields(name) : []);
}

/** The steps in order. Each can be selected, moved and deleted; Alt with an arrow key moves the selected one. */
export function StepList() {
  const list = drafts.value;
  const rewinds = list.some(isRewind);
  useEffect(() => {
    if (rewinds) listEarlierWeights();
  }, [rewinds, current.value]);
  return (
    <ol class="steps" aria-label={t('Steps of the recipe')} data-testid="recipe-steps">
      {list.map((draft, index) => {
        const name = nameOf(draft);
        const title = name ? translated(stepDefinition(name).words.title) : t('unknown step');
        const problem = problems.value[index] ?? null;
        const active = current.value === index;
        return (
          <li key={index} class={active ? 'step active' : 'step'}>
            <button
              type="button"
              class="step-open"
              aria-current={active ? 'step' : undefined}
              data-testid={`step-${index}`}
              onClick={() => (current.value = index)}
              onKeyDown={(event) => {
                const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
                if (by === undefined || !event.altKey) return;
                event.preventDefault();
                moveStep(index, by < 0 ? -1 : 1);
              }}
            >
              <span class="step-title">
                {index + 1}. {title}
                {problem !== null && <Icon name="warning" />}
              </span>
              <span class="step-words small quiet">{problem === null ? wordsOf(draft) : translated(problem)}</span>
            </button>
            <span class="step-actions">
              {index > 0 && (
                <IconButton
                  icon="arrow-up"
                  label={t('Move step {0} up', index + 1)}
                  onPress={() => moveStep(index, -1)}
                />
              )}
              {index < list.length - 1 && (
                <IconButton
                  icon="arrow-down"
                  label={t('Move step {0} down', index + 1)}
                  onPress={() => moveStep(index, 1)}
                  testId={`step-${index}-down`}
                />
              )}
              <IconButton
                icon="trash"
                label={t('Delete step {0}, {1}', index + 1, title)}
                onPress={() => deleteStep(index)}
                testId={`step-${index}-delete`}
              />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
