/** The first invalid field in the same part of the page (`data-inputs`) as an element; null: none. */
const invalidField = (element: Element): HTMLElement | null =>
  element.closest('[data-inputs]')?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? null;

/**
 * Focuses the first invalid field around an element. An invalid field is not part of the steps, so they must not be used.
 * @returns true if there is one
 */
export function leadToMistake(element: Element): boolean {
  const wrong = invalidField(element);
  if (wrong === null) return false;
  // A folded field cannot take the focus.
  for (let fold = wrong.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null)
    fold.open = true;
  wrong.focus();
  return true;
}
