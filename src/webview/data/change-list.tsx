import { t } from '../../protocol/l10n';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { withoutOption } from './changes';
import { canRedo, canUndo, change, changes, isUnsaved, options, redo, review, undo } from './state';

/** The options that say something else than what was recognized; each can be reset. */
export function ChangeList() {
  const all = changes.value;
  if (all.length === 0 && !canUndo.value && !canRedo.value && !isUnsaved.value) return null;
  const file = review.answer.value?.file ?? null;
  return (
    <section class="section" aria-labelledby="changes-title">
      <div class="section-head">
        <h2 id="changes-title">{t('Changes')}</h2>
        <div class="row">
          <Button icon="discard" disabled={!canUndo.value} title={t('Ctrl+Z')} onPress={undo} testId="undo">
            {t('Undo')}
          </Button>
          <Button disabled={!canRedo.value} title={t('Ctrl+Shift+Z')} onPress={redo} testId="redo">
            {t('Redo')}
          </Button>
        </div>
      </div>
      {all.length === 0 ? (
        <p class="small quiet">{t('All is as it was recognized.')}</p>
      ) : (
        <ul class="changes" data-testid="changes">
          {all.map(({ path, label, to, from }) => (
            <li key={path.join('.')}>
              <span>
                {label}: <b>{to}</b>
                {from !== undefined && <span class="quiet">{t(' (recognized: {0})', from)}</span>}
              </span>
              <LinkButton
                label={t('Reset {0}', label)}
                onPress={() => change(withoutOption(options.value ?? {}, path))}
                testId={`reset-${path.join('-')}`}
              >
                {t('Reset')}
              </LinkButton>
            </li>
          ))}
        </ul>
      )}
      <p class="small quiet" role="status" data-testid="unsaved">
        {isUnsaved.value ? (file === null ? t('Not saved in a file.') : t('Not saved in {0} yet.', file)) : ''}
      </p>
    </section>
  );
}
