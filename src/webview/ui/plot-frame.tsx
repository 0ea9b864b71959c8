/** A tick: its place in pixels from the corner of the drawing, and its text. */
export interface Tick {
  readonly at: number;
  readonly words: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

/** The grid, ticks and names of both axes of a drawing, hidden from screen readers. */
export function PlotFrame({
  frame: { width, height, margin },
  rows,
  columns,
  names,
}: {
  frame: Frame;
  rows: readonly Tick[];
  columns: readonly Tick[];
  /** Of the upright and the level axis. */
  names: readonly [string, string];
}) {
  const bottom = height - margin.bottom;
  return (
    <g aria-hidden="true">
      {rows.map(({ at, words }) => (
        <g key={at} class="tick-y">
          <line class="grid-line" x1={margin.left} x2={width - margin.right} y1={at} y2={at} />
          <text class="axis-text" x={margin.left - 6} y={at + 3} text-anchor="end">
            {words}
          </text>
        </g>
      ))}
      {columns.map(({ at, words }) => (
        <g key={at} class="tick-x">
          <line class="grid-line" x1={at} x2={at} y1={margin.top} y2={bottom} />
          <text class="axis-text" x={at} y={bottom + 14} text-anchor="middle">
            {words}
          </text>
        </g>
      ))}
      <text class="axis-text" x={margin.left} y={12}>
        {names[0]}
      </text>
      <text class="axis-text" x={width - margin.right} y={height - 6} text-anchor="end">
        {names[1]}
      </text>
    </g>
  );
}
