/** The first field with a mistake in the part of the page (`data-inputs`) that an element stands in; null: there is none. */
const invalidField = (element: Element): HTMLElement | null =>
  element.closest('[data-inputs]')?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? null;

/**
 * Leads the person to the first wrong field around an element: what a field cannot read is not in the steps, so nothing is
 * made of them. @returns whether there is one
 */
export function leadToMistake(element: Element): boolean {
  const wrong = invalidField(element);
  if (wrong === null) return false;
  // A field behind a fold cannot take the focus.
  for (let fold = wrong.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null)
    fold.open = true;
  wrong.focus();
  return true;
}
