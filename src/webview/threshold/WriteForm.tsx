import { useEffect, useState } from 'preact/hooks';
import { CancelledError } from '../../protocol/errors';
import type { PruneStep } from '../../protocol/steps/prune';
import { sentence } from '../logic/format';
import { actionProblem, attempt, prune } from '../state/actions';
import { ask } from '../state/host';
import { counts } from '../state/preview';
import { cannotMeasure, cannotRun, epochs, job, panel } from '../state/session';
import { step } from '../state/threshold';
import { ShowLog } from '../notices/ShowLog';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { NumberField } from '../ui/NumberField';
import { TextField } from '../ui/TextField';

/** Milliseconds without a change of the plan before a folder is proposed for it. */
const SETTLED = 200;

/** The folder proposed for a plan, until the person writes another name. */
function useFolder(plan: PruneStep | null, sparsity: number | undefined) {
  const [proposed, setProposed] = useState('');
  const [own, setOwn] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // A run that has ended took its folder: the next one needs another.
  const ended = job.value?.status === 'done';
  useEffect(() => {
    if (!plan || sparsity === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask('proposeFolder', { prune: plan, sparsity }, { signal: abort.signal })
        .then(({ folder }) => {
          setProposed(folder);
          setProblem(null);
        })
        .catch((error: unknown) => {
          if (!(error instanceof CancelledError)) setProblem(error instanceof Error ? error.message : String(error));
        });
    }, SETTLED);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [plan, sparsity, ended]);
  useEffect(() => {
    if (ended) setOwn(null);
  }, [ended]);
  return { folder: own ?? proposed, write: setOwn, problem };
}

function epochsOf(text: string): number | string {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 10_000
    ? value
    : 'Type a whole number from 0 to 10,000.';
}

/** Where the smaller checkpoint goes, how long it is fine-tuned, and the button that cuts. */
export function WriteForm() {
  const plan = step.value;
  const { folder, write, problem } = useFolder(plan, counts.value?.totals.sparsity);
  const untrained = cannotMeasure.value;
  const blocked = cannotRun.value;
  const running = job.value?.status === 'running' || job.value?.status === 'cancelling';
  const fineTuneEpochs = untrained === null ? epochs.value : 0;
  const name = folder.trim();
  const ready = plan !== null && blocked === null && !running && name !== '';
  const why = blocked ?? (plan === null ? 'Pull the threshold first: the plan cuts nothing yet.' : null);
  return (
    <div class="write">
      <h3>Prune &amp; write</h3>
      <TextField
        label="New folder beside the model"
        value={folder}
        placeholder="proposed once a threshold is set"
        disabled={blocked !== null}
        onText={write}
        testId="target-folder"
      />
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
          {untrained !== null && blocked === null
            ? `Fine-tuning is off. ${sentence(untrained)}`
            : (panel.value?.dataset?.sample ?? false)
              ? 'Fine-tunes on the sample data'
              : ''}
        </p>
      </div>
      <div class="row">
        <Button
          primary
          disabled={!ready}
          describedBy="prune-why"
          onPress={() => {
            if (plan && ready) void prune({ prune: plan, folder: name, fineTuneEpochs });
          }}
          testId="prune-button"
        >
          Prune &amp; Write
        </Button>
        <Button
          icon="clippy"
          disabled={plan === null || name === ''}
          onPress={() => {
            if (plan) void attempt(() => ask('copyRecipe', { prune: plan, folder: name, fineTuneEpochs }));
          }}
          testId={job.value?.result ? 'copy-plan' : 'copy-recipe'}
        >
          Copy as Recipe
        </Button>
      </div>
      <div id="prune-why">
        {blocked !== null ? (
          <Notice
            kind="warning"
            icon="shield"
            testId="untrusted"
            actions={
              <Button onPress={() => void attempt(() => ask('trustWorkspace', {}))} testId="trust-workspace">
                {'Trust workspace\u2026'}
              </Button>
            }
          >
            {blocked}
          </Notice>
        ) : (
          why !== null && <p class="small quiet">{why}</p>
        )}
      </div>
      {(problem ?? actionProblem.value) !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="action-problem">
          {problem ?? actionProblem.value}
        </Notice>
      )}
    </div>
  );
}
