import { t, tPlural, translated } from '../../protocol/l10n';
import { count } from '../../protocol/format';
import type { RunAction } from '../../protocol/runs-page';
import { askAboutRuns } from '../state/host';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { TextField } from '../ui/text-field';
import { useAttempt } from '../ui/use-attempt';
import { RecipeDiffTable } from './recipe-diff-table';
import type { TableRow } from './rows';
import { RunCurves } from './run-curves';
import { RunGrid } from './run-grid';
import { RunNotesForm } from './run-notes';
import type { RunTable } from './table';
import { MOST_CHOSEN, useDetails } from './use-details';

/** A table of runs with what can be done with the chosen ones, and what they look like beside each other. */
export function RunWork({
  table,
  label,
  onOpen,
}: {
  table: RunTable;
  label: string;
  onOpen: (path: string) => Promise<unknown>;
}) {
  const { attempt, refuse, notice } = useAttempt('open-problem');
  const open = ({ model, run, name }: TableRow): void => {
    if (model) attempt(onOpen(model.path));
    else refuse(run?.problem ?? t('{0} has no checkpoint yet.', name));
  };
  const act = (action: RunAction, rows: readonly TableRow[]): void => {
    const folders = rows.flatMap(({ run }) => run?.folder ?? []).slice(0, 2);
    if (folders.length > 0) attempt(askAboutRuns('actOnRun', { action, folders }));
  };
  const shown = table.rows.value.length;
  const all = table.all.value.length;
  return (
    <div class="run-work">
      <div class="row runs-tools" data-inputs>
        <TextField
          label={t('Filter the table')}
          placeholder={t('Name, model, step, tag\u2026')}
          value={table.filter.value}
          onText={(text) => (table.filter.value = text)}
          testId="runs-filter"
        />
        <span class="small quiet figures" role="status" data-testid="runs-count">
          {shown === all
            ? tPlural(all, '{0} row', '{0} rows', count(all))
            : t('{0} of {1} rows', count(shown), count(all))}
        </span>
        <ChosenRuns table={table} onOpen={open} onAct={act} />
      </div>
      {notice}
      <RunGrid table={table} label={label} onOpen={open} onAct={act} />
      {shown === 0 && <p class="plot-empty">{t('Nothing matches the filter.')}</p>}
      <Beside table={table} />
    </div>
  );
}

/** Buttons for the chosen rows, which do the same as their menu. */
function ChosenRuns({
  table,
  onOpen,
  onAct,
}: {
  table: RunTable;
  onOpen: (row: TableRow) => void;
  onAct: (action: RunAction, rows: readonly TableRow[]) => void;
}) {
  const chosen = table.chosen.value;
  const [one, other] = chosen;
  if (!one)
    return <span class="small quiet">{t('Choose several rows (Ctrl or Shift and click) to compare them.')}</span>;
  const run = chosen.length === 1 ? one.run : null;
  const button = (action: RunAction, text: string) => (
    <Button key={action} onPress={() => onAct(action, chosen)} testId={`run-${action}`}>
      {text}
    </Button>
  );
  return (
    <span class="row run-actions" data-testid="run-actions">
      {chosen.length > 1 && (
        <strong class="small figures">{tPlural(chosen.length, '{0} chosen', '{0} chosen', chosen.length)}</strong>
      )}
      {chosen.length === 1 && one.model && (
        <Button onPress={() => onOpen(one)} testId="run-open">
          {t('Open')}
        </Button>
      )}
      {run?.model && [button('evaluate', t('Evaluate')), button('compare', t('Compare\u2026'))]}
      {chosen.length === 2 && one.run?.model && other?.run?.model && button('compare', t('Compare'))}
      {run?.state === 'unfinished' && button('resume', t('Resume'))}
      {run && button('reveal', t('Show in Explorer'))}
      {run && run.state !== 'running' && [button('rename', t('Rename\u2026')), button('delete', t('Delete\u2026'))]}
      <LinkButton onPress={table.clear}>{t('Clear')}</LinkButton>
    </span>
  );
}

/** Curves, recipes and notes of the chosen runs. */
function Beside({ table }: { table: RunTable }) {
  const runs = table.chosen.value.flatMap(({ run }) => run ?? []);
  const { details, problem } = useDetails(runs);
  const [one, other] = runs;
  const nameOf = (folder: string): string => runs.find((run) => run.folder === folder)?.name ?? folder;
  const [a, b] = [details[0]?.recipe, details[1]?.recipe];
  if (runs.length === 0) return null;
  return (
    <div class="run-work run-beside">
      {problem !== null && <Notice kind="error">{translated(problem)}</Notice>}
      {runs.length > MOST_CHOSEN && (
        <p class="small quiet">{t('The curves are those of the first {0} chosen runs.', MOST_CHOSEN)}</p>
      )}
      <RunCurves lines={details.map(({ folder, curve }) => ({ name: nameOf(folder), curve }))} />
      {runs.length === 2 && one && other && a && b && <RecipeDiffTable a={a} b={b} names={[one.name, other.name]} />}
      {runs.length === 1 && one && <RunNotesForm key={one.folder} run={one} />}
    </div>
  );
}
