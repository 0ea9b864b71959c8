import { t } from '../../protocol/l10n';
/** The fault of a typed number of epochs, as one sentence; undefined if it is fine. */
export function epochsProblem(text: string): string | undefined {
  const value = Number(text);
  if (/^\s*\d+\s*$/.test(text) && value >= 1 && value <= 10_000) return undefined;
  return t('Epochs: give a whole number from 1 to 10,000.');
}
