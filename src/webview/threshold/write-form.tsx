import { useMemo } from 'preact/hooks';
import { FinetuneStep } from '../../protocol/steps/finetune';
import { sentence } from '../ui/sentence';
import { RunForm } from '../recipe/run-form';
import { counts, step, WRITE_SEED } from '../state/preview';
import { cannotMeasure, cannotRun, epochs, job, panel } from '../state/session';
import { NumberField } from '../ui/number-field';

function epochsOf(text: string): number | string {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 10_000
    ? value
    : 'Type a whole number from 0 to 10,000.';
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
  return (
    <div class="write">
      <h3>Prune &amp; write</h3>
      <RunForm
        steps={steps}
        seed={WRITE_SEED}
        sparsity={counts.value?.totals.after.sparsity}
        why={plan === null ? 'Drag the threshold first: nothing is pruned yet.' : null}
        button="Prune & Write"
        ids={{
          folder: 'target-folder',
          run: 'prune-button',
          copy: job.value?.result ? 'copy-plan' : 'copy-recipe',
        }}
      >
        <div class="pair">
          <NumberField
            label="Fine-tune epochs"
            value={fineTuneEpochs}
            max={10_000}
            arrow={1}
            page={5}
            parse={epochsOf}
            disabled={untrained !== null}
            onValue={(value) => (epochs.value = value)}
            testId="fine-tune-epochs"
          />
          <p class="small quiet write-why" id="fine-tune-why">
            {untrained !== null && cannotRun.value === null
              ? `Fine-tuning is off. ${sentence(untrained)}`
              : (panel.value?.dataset?.sample ?? false)
                ? 'Fine-tunes on the sample data'
                : ''}
          </p>
        </div>
      </RunForm>
    </div>
  );
}
