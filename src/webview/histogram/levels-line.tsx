import { sentences, t, translated } from '../../protocol/l10n';
import { stepDefinition } from '../../protocol/steps';
import { levels, levelsStep } from '../state/levels';
import { selectedLayer } from '../state/session';
import { sentence } from '../ui/sentence';
import { levelsWords, rowsWords } from './levels-words';

/** The selected step and its effect on the weights of the selected layer, in one line. */
export function LevelsLine() {
  const step = levelsStep.value;
  if (!step) return null;
  const title = translated(stepDefinition(step.step).words.title);
  const layer = selectedLayer.value;
  const known = levels.value;
  if (!layer)
    return (
      <p class="levels-line small quiet" data-testid="levels-line">
        {t('{0}: select a layer to see the values that its weights would take.', title)}
      </p>
    );
  if (!known) return null;
  const { answer, stale } = known;
  const rows = answer.state === 'changed' ? rowsWords(answer) : undefined;
  return (
    <p
      class={stale ? 'levels-line small stale' : 'levels-line small'}
      role="status"
      data-testid="levels-line"
      data-stale={stale}
    >
      {rows !== undefined && <span class="swatch" aria-hidden="true" />}
      <span class="figures">
        {t(
          '{0}: {1}',
          title,
          answer.state === 'changed'
            ? levelsWords(answer)
            : answer.state === 'kept'
              ? sentences(t('this layer stays as it is.'), sentence(translated(answer.reason)))
              : translated(answer.problem),
        )}
      </span>
      {rows !== undefined && <span class="quiet"> {rows}</span>}
    </p>
  );
}
