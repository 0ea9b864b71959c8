import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import { trains, type RecipeStep } from '../../protocol/steps';
import { ShowLog } from '../notices/show-log';
import { actionProblem, attempt, run } from '../state/actions';
import { ask } from '../state/host';
import { cannotRun, job } from '../state/session';
import { RecipeButtons } from '../run/recipe-buttons';
import { Button } from '../ui/button';
import { Checkbox } from '../ui/checkbox';
import { leadToMistake } from '../ui/invalid-field';
import { Notice } from '../ui/notice';
import { TextField } from '../ui/text-field';
import { useFolder } from './use-folder';

/** The test ids of a form's parts. */
export interface RunFormIds {
  folder: string;
  run: string;
  copy: string;
  open: string;
}

/** The folder of the new checkpoint, and the buttons that write it or copy the recipe. The threshold and the recipe share this form. */
export function RunForm({
  steps,
  seed,
  sparsity,
  why,
  button,
  children,
  more,
  ids,
}: {
  /** The steps; the same array while they do not change; null: nothing to run yet. */
  steps: readonly RecipeStep[] | null;
  seed: number;
  sparsity: number | null | undefined;
  /** The reason why there is nothing to run. */
  why: string | null;
  button: string;
  children?: ComponentChildren;
  /** Further buttons. */
  more?: ComponentChildren;
  ids: RunFormIds;
}) {
  const { folder, write, problem, fault } = useFolder(steps, sparsity);
  const failed = problem ?? actionProblem.value;
  const blocked = cannotRun.value;
  const running = job.value?.status === 'running' || job.value?.status === 'cancelling';
  const name = folder.trim();
  const [keepsEpochs, setKeepsEpochs] = useState(false);
  const training = steps?.some(trains) === true;
  const keeps = training && keepsEpochs;
  const asked =
    steps && name !== '' && fault === null
      ? { steps: [...steps], seed, folder: name, ...(keeps ? { keepEpochs: true } : {}) }
      : null;
  const whyId = `${ids.run}-why`;
  return (
    <div class="run-form">
      <div class="run-fields">
        <TextField
          label={t('New folder beside the model')}
          value={folder}
          placeholder={t('proposed as soon as there are steps')}
          disabled={blocked !== null}
          problem={fault}
          onText={write}
          testId={ids.folder}
        />
        {children}
        {training && (
          <Checkbox checked={keepsEpochs} onToggle={setKeepsEpochs} testId={`${ids.run}-keep-epochs`}>
            {t('Keep the checkpoint of each epoch')}
          </Checkbox>
        )}
        <div class="row">
          <Button
            // The outcome of a run has the button that stands out.
            primary={job.value?.status !== 'done'}
            disabled={asked === null || blocked !== null || running}
            describedBy={whyId}
            onPress={(_, pressed) => {
              if (asked && !leadToMistake(pressed)) void run(asked);
            }}
            testId={ids.run}
          >
            {button}
          </Button>
          <RecipeButtons job={asked} ids={ids} />
          {more}
        </div>
      </div>
      <div id={whyId}>
        {blocked !== null ? (
          <Notice
            kind="warning"
            icon="shield"
            testId="untrusted"
            actions={
              <Button onPress={() => void attempt(() => ask('trustWorkspace', {}))} testId="trust-workspace">
                {t('Trust workspace\u2026')}
              </Button>
            }
          >
            {translated(blocked)}
          </Notice>
        ) : (
          why !== null && <p class="small quiet">{why}</p>
        )}
      </div>
      {failed !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="action-problem">
          {translated(failed)}
        </Notice>
      )}
    </div>
  );
}
