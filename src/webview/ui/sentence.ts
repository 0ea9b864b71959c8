import { t } from '../../protocol/l10n';

/** A reason as a sentence: with a capital letter first and a full stop last. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?\u2026\u3002\uff01\uff1f]$/.test(trimmed) ? capital : t('{0}.', capital);
}
