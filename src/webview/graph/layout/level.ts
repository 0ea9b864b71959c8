/** A box of a level: a node, a closed block, or an open block with a level inside. */
export interface LevelBox {
  /** In pixels; those of an open block follow from its inside. */
  readonly width: number;
  readonly height: number;
  readonly inside?: Level | undefined;
}

/** The end of a line outside of its level. */
export const OUTSIDE = -1;

/** Boxes with lines between them, as indices of boxes; `OUTSIDE` where a line enters or leaves the level. */
export interface Level {
  readonly boxes: readonly LevelBox[];
  readonly lines: readonly (readonly [from: number, to: number])[];
}

/** A box with its place in its level, in pixels. */
export interface PlacedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inside?: PlacedLevel | undefined;
}

/** Points of a line: x and y in turn. */
export type Points = readonly number[];

/** A level with places. Lines are in the order of the level's lines. */
export interface PlacedLevel {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly Points[];
}

/** Pixels between boxes of a row, and between rows; rows leave room for the shape beside a line. */
export const GAP = { x: 28, y: 34 } as const;
/** Pixels around the inside of an open block; its head has its name. */
export const PADDING = { side: 18, head: 40, foot: 18 } as const;
