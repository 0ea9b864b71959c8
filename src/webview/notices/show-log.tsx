import { t } from '../../protocol/l10n';
import { ask } from '../state/host';
import { attempt } from '../state/actions';
import { LinkButton } from '../ui/link';

/** Opens the log, which has the cause of a failure. */
export const ShowLog = () => (
  <LinkButton onPress={() => void attempt(() => ask('showLog', {}))} testId="show-log">
    {t('Show Log')}
  </LinkButton>
);
