import { signal } from '@preact/signals';

/** Colours for canvases, which style sheets do not reach. */
export interface Theme {
  quiet: string;
  background: string;
  blue: string;
  yellow: string;
  red: string;
}

const version = signal(0);

/** Changes with the theme: VS Code then rewrites the root's style and the body's class. */
export const useThemeVersion = (): number => version.value;

/** Starts to watch for a change of the theme. */
export function watchTheme(): void {
  const observer = new MutationObserver(() => version.value++);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  window.matchMedia('(forced-colors: active)').addEventListener('change', () => version.value++);
}

/** The current theme. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const colour = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const text = style.color;
  return {
    quiet: colour('--vscode-descriptionForeground', text),
    background: colour('--vscode-editor-background', style.backgroundColor),
    blue: colour('--vscode-charts-blue', text),
    yellow: colour('--vscode-charts-yellow', text),
    red: colour('--vscode-charts-red', text),
  };
}
