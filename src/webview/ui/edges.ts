/** The edges of a rectangle, in pixels or in units of a drawing. */
export interface Edges {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
