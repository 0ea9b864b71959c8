/** The first field with a mistake in the part of the page (`data-inputs`) that an element stands in; null: there is none. */
export const invalidField = (element: Element): HTMLElement | null =>
  element.closest('[data-inputs]')?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? null;
