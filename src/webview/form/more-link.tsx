import type { DocsPage } from '../../protocol/docs';
import { t } from '../../protocol/l10n';
import { LinkButton } from '../ui/link';

/** A link to the page of the documentation about something. */
export function MoreLink({
  page,
  of,
  open,
  testId,
}: {
  page: DocsPage;
  /** The label of the thing, for screen readers. */
  of: string;
  /** Without it there is no link. */
  open: ((page: DocsPage) => void) | undefined;
  testId: string;
}) {
  if (!open) return null;
  return (
    <>
      {' '}
      <LinkButton onPress={() => open(page)} label={t('More about {0}', of)} testId={testId}>
        {t('More')}
      </LinkButton>
    </>
  );
}
