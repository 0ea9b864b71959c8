import { useMemo } from 'preact/hooks';
import { asJson } from '../../protocol/json';
import { sentences, t, translated } from '../../protocol/l10n';
import type { RecipeStep } from '../../protocol/steps';
import { FinetuneStep } from '../../protocol/steps/finetune';
import { sentence } from '../ui/sentence';
import { RunForm } from '../recipe/run-form';
import { counts, step, WRITE_SEED } from '../state/preview';
import { cannotMeasure, cannotRun, epochs, job, panel } from '../state/session';
import { replaceSteps } from '../state/recipe';
import { bringIntoView } from '../state/view';
import { Button } from '../ui/button';
import { NumberField } from '../ui/number-field';

function epochsOf(text: string): number | string {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 10_000
    ? value
    : t('Enter a whole number from 0 to 10,000.');
}

/** The folder of the new checkpoint, the epochs of fine-tuning, and the button that prunes. */
export function WriteForm() {
  const untrained = cannotMeasure.value;
  const fineTuneEpochs = untrained === null ? epochs.value : 0;
  const plan = step.value;
  const steps = useMemo(
    () =>
      plan && [plan, ...(fineTuneEpochs > 0 ? [FinetuneStep.parse({ step: 'finetune', epochs: fineTuneEpochs })] : [])],
    [plan, fineTuneEpochs],
  );
  const note = fineTuneNote(untrained);
  return (
    <div class="write">
      <RunForm
        steps={steps}
        seed={WRITE_SEED}
        sparsity={counts.value?.totals.after.sparsity}
        why={plan === null ? t('Drag the threshold first: nothing is pruned yet.') : null}
        button={t('Prune & Write')}
        more={
          <Button
            icon="edit"
            disabled={steps === null}
            title={t('Puts these steps into the recipe, where each has all its options')}
            onPress={() => {
              if (steps) toRecipe(steps);
            }}
            testId="threshold-to-recipe"
          >
            {t('Open in Methods')}
          </Button>
        }
        ids={{
          folder: 'target-folder',
          run: 'prune-button',
          copy: job.value?.result ? 'copy-plan' : 'copy-recipe',
          open: job.value?.result ? 'open-plan' : 'open-recipe',
        }}
      >
        <NumberField
          label={t('Fine-tune epochs')}
          value={fineTuneEpochs}
          max={10_000}
          arrow={1}
          page={5}
          parse={epochsOf}
          disabled={untrained !== null}
          onValue={(value) => (epochs.value = value)}
          testId="fine-tune-epochs"
        />
      </RunForm>
      {note !== null && (
        <p class="small quiet" id="fine-tune-why">
          {note}
        </p>
      )}
    </div>
  );
}

/** Why there is no fine-tuning, or which data it takes; null: nothing to say. */
function fineTuneNote(untrained: string | null): string | null {
  if (untrained !== null)
    return cannotRun.value === null ? sentences(t('Fine-tuning is off.'), sentence(translated(untrained))) : null;
  return panel.value?.dataset?.sample === true ? t('Fine-tunes on the sample data.') : null;
}

/** Makes the steps the recipe, and shows it. */
function toRecipe(steps: readonly RecipeStep[]): void {
  replaceSteps(steps.map(asJson));
  bringIntoView('recipe');
}
