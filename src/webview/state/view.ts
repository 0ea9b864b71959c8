import type { PanelFocus } from '../../protocol/panel';

/** The element at the start of each part of the page, and the element that takes the focus. */
const PARTS: Record<PanelFocus, { section: string; keyboard: string }> = {
  weights: { section: '.hero', keyboard: '[data-testid="layer-table"]' },
  prune: { section: '.bench', keyboard: '[data-testid="threshold-line"]' },
  recipe: { section: '#recipe', keyboard: '#recipe' },
  evaluation: { section: '#evaluation', keyboard: '#evaluation' },
};

/** The most frames until a part is drawn: a histogram must be counted first. */
const FRAMES = 120;

/** Brings a part of the page into view and focuses it, as soon as it is drawn. */
export function bringIntoView(part: PanelFocus, frames = FRAMES): void {
  const { section, keyboard } = PARTS[part];
  requestAnimationFrame(() => {
    const element = document.querySelector<HTMLElement>(keyboard);
    if (!element) {
      if (frames > 0) bringIntoView(part, frames - 1);
      return;
    }
    document.querySelector(section)?.scrollIntoView({ block: 'nearest' });
    element.focus({ preventScroll: true });
  });
}
