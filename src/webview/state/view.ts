import type { PanelFocus } from '../../protocol/panel';

/** Where each part of the page begins, and what of it takes the keyboard. */
const PARTS: Record<PanelFocus, { section: string; keyboard: string }> = {
  weights: { section: '.hero', keyboard: '[data-testid="layer-table"]' },
  prune: { section: '.bench', keyboard: '[data-testid="threshold-line"]' },
  recipe: { section: '#recipe', keyboard: '#recipe' },
  evaluation: { section: '#evaluation', keyboard: '#evaluation' },
};

/** Frames that a part may take to be drawn: a histogram must be counted first. */
const FRAMES = 120;

/** Brings a part of the page into view and gives it the keyboard, as soon as it is drawn. */
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
