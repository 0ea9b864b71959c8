import { t } from '../../protocol/l10n';

/** A ring for a task in progress; the text beside it names the task. */
export function Ring() {
  return <vscode-progress-ring class="ring" aria-label={t('In progress')} />;
}
