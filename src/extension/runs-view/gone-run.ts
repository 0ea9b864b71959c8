import path from 'node:path';
import { UserError } from '../../protocol/errors';
import { t } from '../../protocol/l10n';

/** The error for a run that is no longer in its folder. */
export const goneRun = (folder: string): UserError =>
  new UserError(t('The run {0} is gone: its folder was moved or deleted.', path.basename(folder)));
