import { useState } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import { NOTES_MOST } from '../../protocol/run-notes';
import type { RunRow } from '../../protocol/runs-page';
import { askAboutRuns } from '../state/host';
import { Button } from '../ui/button';
import { TextField } from '../ui/text-field';

/** The tags in a text with commas, each once. */
export const tagsIn = (text: string): string[] => [
  ...new Set(text.split(/[,，]/).map((tag) => tag.trim()).filter((tag) => tag !== '')), // prettier-ignore
];

function problemOf(tags: readonly string[]): string | null {
  if (tags.length > NOTES_MOST.tags) return t('Use at most {0} tags.', NOTES_MOST.tags);
  const long = tags.find((tag) => tag.length > NOTES_MOST.tag);
  return long === undefined ? null : t('Use at most {0} characters for a tag.', NOTES_MOST.tag);
}

/** Tags and a note about one run. They lie in its folder. */
export function RunNotesForm({ run }: { run: RunRow }) {
  const before = run.tags.join(', ');
  const [tags, setTags] = useState(before);
  const [note, setNote] = useState(run.note);
  const [state, setState] = useState<{ problem: string | null; saved: boolean }>({ problem: null, saved: false });
  const problem = problemOf(tagsIn(tags));
  const isChanged = tagsIn(tags).join() !== run.tags.join() || note !== run.note;
  const save = async (): Promise<void> => {
    try {
      await askAboutRuns('noteRun', { folder: run.folder, tags: tagsIn(tags), note });
      setState({ problem: null, saved: true });
    } catch (error) {
      setState({ problem: error instanceof Error ? error.message : String(error), saved: false });
    }
  };
  const edit = (change: () => void): void => {
    setState({ problem: null, saved: false });
    change();
  };
  return (
    <section class="section" aria-labelledby="run-notes-title" data-testid="run-notes">
      <h2 id="run-notes-title" class="named">
        {t('Tags and note of {0}', run.name)}
      </h2>
      <div class="run-notes" data-inputs>
        <TextField
          label={t('Tags, separated by commas')}
          value={tags}
          problem={problem}
          onText={(text) => edit(() => setTags(text))}
          testId="run-tags"
        />
        <label class="field">
          <span class="field-label">{t('Note')}</span>
          <textarea
            class="run-note"
            rows={3}
            maxLength={NOTES_MOST.note}
            value={note}
            data-testid="run-note"
            onInput={({ currentTarget: { value } }) => edit(() => setNote(value))}
          />
        </label>
        <div class="row">
          <Button disabled={!isChanged || problem !== null} onPress={() => void save()} testId="save-notes">
            {t('Save')}
          </Button>
          <span class="small quiet" role="status">
            {state.saved && !isChanged ? t('Saved in {0}', 'notes.json') : ''}
          </span>
        </div>
        {state.problem !== null && (
          <p class="field-problem" role="alert">
            {translated(state.problem)}
          </p>
        )}
      </div>
    </section>
  );
}
