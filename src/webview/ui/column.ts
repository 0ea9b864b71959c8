/** The facts about a column that every table needs. */
export interface Column {
  /** True for figures, which end at one line; words begin at one. */
  readonly isFigure: boolean;
  /** Pixels. */
  readonly width: number;
}
