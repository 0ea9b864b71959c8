/** A reason as a sentence: with a capital letter first and a full stop last. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?\u2026]$/.test(trimmed) ? '' : '.');
}
