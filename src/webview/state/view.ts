import type { PanelFocus } from '../../protocol/panel';
import type { TabName } from '../workbench/tab-names';
import { tab } from './session';

/** The tab of each part of the page, the element at its start, and the elements of which the first that is seen takes the focus. */
const PARTS: Record<PanelFocus, { tab?: TabName; section: string; keyboard: string }> = {
  // The layers may be drawn as a graph, or be behind a button in a narrow window.
  weights: { section: '.bench', keyboard: '[data-testid="layer-table"], .graph-view, [data-testid="layer-picker"]' },
  prune: { tab: 'prune', section: '.bench', keyboard: '[data-testid="threshold-line"]' },
  recipe: { tab: 'methods', section: '.tabs', keyboard: '#recipe' },
  evaluation: { tab: 'evaluation', section: '.tabs', keyboard: '#evaluation' },
};

/** The most frames until a part is drawn: a histogram must be counted first. */
const FRAMES = 120;

/** Brings a part of the page into view and focuses it, as soon as it is drawn. */
export function bringIntoView(part: PanelFocus, frames = FRAMES): void {
  const { section, keyboard, tab: its } = PARTS[part];
  if (its !== undefined) tab.value = its;
  requestAnimationFrame(() => {
    const element = [...document.querySelectorAll<HTMLElement>(keyboard)].find((one) => one.checkVisibility());
    if (!element) {
      if (frames > 0) bringIntoView(part, frames - 1);
      return;
    }
    document.querySelector(section)?.scrollIntoView({ block: 'nearest' });
    element.focus({ preventScroll: true });
  });
}
