import { t, translated } from '../../protocol/l10n';
import { percent } from '../../protocol/format';
import { share } from '../../protocol/measure/progress';
import { cancelOpening, open, retry } from '../state/actions';
import { disk, engine, inspection, reading } from '../state/session';
import { IconButton } from '../ui/button';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { ShowLog } from './show-log';

function DiskBanner() {
  const news = disk.value;
  if (news === null) return null;
  const gone = news.change === 'gone';
  const progress = reading.value;
  if (progress)
    return (
      <Notice
        kind="info"
        icon="refresh"
        testId="reload-banner"
        actions={
          <LinkButton onPress={cancelOpening} testId="cancel-reading">
            {t('Cancel')}
          </LinkButton>
        }
      >
        {t('Reading the checkpoint\u2026')} <span class="figures">{percent(share(progress), 0)}</span>
      </Notice>
    );
  return (
    <Notice
      kind="warning"
      icon={gone ? 'warning' : 'refresh'}
      testId="reload-banner"
      actions={
        <>
          <LinkButton onPress={() => void open('reload')} testId="reload">
            {gone ? t('Look again') : t('Reload')}
          </LinkButton>
          <IconButton icon="close" label={t('Dismiss')} onPress={() => (disk.value = null)} />
        </>
      }
    >
      {gone
        ? t('The checkpoint is gone from disk; the page shows its last state.')
        : t('The checkpoint changed on disk; the page shows its earlier state.')}
      {news.problem !== undefined && ` ${translated(news.problem)}`}
    </Notice>
  );
}

function EngineBanner() {
  const news = engine.value;
  if (!news) return null;
  return (
    <Notice
      kind={news.up ? 'info' : 'error'}
      testId="engine-banner"
      actions={
        <>
          {!news.up && (
            <LinkButton onPress={() => void retry()} testId="engine-retry">
              {t('Try again')}
            </LinkButton>
          )}
          <ShowLog />
        </>
      }
    >
      {translated(news.message)}
    </Notice>
  );
}

/** The doubts about the files of the checkpoint. */
const FileWarnings = () =>
  inspection.value?.warnings?.map((warning) => (
    <Notice key={warning} kind="warning" icon="warning" testId="file-warning">
      {translated(warning)}
    </Notice>
  )) ?? null;

/** News about disk, engine and files, with what a person can do. */
export const Banners = () => (
  <>
    <EngineBanner />
    <DiskBanner />
    <FileWarnings />
  </>
);
