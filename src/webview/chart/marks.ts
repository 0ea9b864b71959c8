/** The shapes of points, so that series differ without their colors. */
export const MARKS = ['circle', 'square', 'triangle', 'diamond', 'cross'] as const;
export type Mark = (typeof MARKS)[number];

/** An SVG path of a shape around a place. @param r half of its width in pixels */
export function markPath(mark: Mark, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number): string => `${(x + dx * r).toFixed(1)} ${(y + dy * r).toFixed(1)}`;
  switch (mark) {
    case 'circle':
      return `M${at(-1, 0)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    case 'square':
      return `M${at(-0.9, -0.9)}L${at(0.9, -0.9)}L${at(0.9, 0.9)}L${at(-0.9, 0.9)}z`;
    case 'triangle':
      return `M${at(0, -1.15)}L${at(1.1, 0.85)}L${at(-1.1, 0.85)}z`;
    case 'diamond':
      return `M${at(0, -1.25)}L${at(1.25, 0)}L${at(0, 1.25)}L${at(-1.25, 0)}z`;
    case 'cross':
      return `M${at(-1, -1)}L${at(1, 1)}M${at(1, -1)}L${at(-1, 1)}`;
  }
}

/** The look of a series. */
export interface SeriesStyle {
  /** A color in CSS. */
  readonly color: string;
  /** Lengths of dashes and gaps in pixels; empty for a whole line. */
  readonly dash: readonly number[];
  readonly mark: Mark;
}

const CHART_COLORS = ['blue', 'green', 'yellow', 'red', 'purple'] as const;
/** The colors of charts in the theme, and that of text. */
export const COLORS = [...CHART_COLORS.map((name) => `var(--vscode-charts-${name})`), 'var(--vscode-foreground)'];
/** Lengths of dashes and gaps in pixels, by which lines of one color differ. */
export const DASHES = [[], [6, 4], [2, 3]];

/** The look of one of many series: colors first, each with another shape, then the same with dashes. */
export const styleOf = (index: number): SeriesStyle => ({
  color: COLORS[index % COLORS.length]!,
  dash: DASHES[Math.floor(index / COLORS.length) % DASHES.length]!,
  mark: MARKS[index % MARKS.length]!,
});
