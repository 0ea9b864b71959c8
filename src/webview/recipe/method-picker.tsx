import { t, translated } from '../../protocol/l10n';
import { stepDefinition, stepNames } from '../../protocol/steps';
import { addStep, newDraft } from '../state/recipe';

/** A step that starts from random weights does not fit a checkpoint. */
const OFFERED = stepNames.filter((name) => !stepDefinition(name).traits.startsModel);

/** All methods, each a button that adds its step to the recipe. */
export function MethodPicker() {
  return (
    <ul class="methods" aria-label={t('Methods')}>
      {OFFERED.map((name) => {
        const { title, purpose } = stepDefinition(name).words;
        return (
          <li key={name}>
            <button type="button" class="method" data-testid={`add-${name}`} onClick={() => addStep(newDraft(name))}>
              <span class="method-title">{translated(title)}</span>
              <span class="small quiet">{translated(purpose)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
