import { t } from '../../protocol/l10n';
import type { Plot } from './plot';

/** A line across a plot at a value that is aimed at. */
export interface GoalLine {
  readonly axis: 'x' | 'y';
  readonly value: number;
  readonly words: string;
  /** The words of a line across stand at the left, where the points at the right would cover them. */
  readonly atLeft?: boolean;
}

/** The grid, ticks, titles and goals of a plot, hidden from screen readers. */
export function PlotFrame({ plot, goals = [] }: { plot: Plot; goals?: readonly GoalLine[] }) {
  const { left, right, top, bottom, width, height, rows, columns, titles, isLogarithmic } = plot;
  return (
    <g aria-hidden="true">
      {rows.map(({ at, words }) => (
        <g key={at} class="tick-y">
          <line class="grid-line" x1={left} x2={right} y1={at} y2={at} />
          <text class="axis-text" x={left - 6} y={at + 3} text-anchor="end">
            {words}
          </text>
        </g>
      ))}
      {columns.map(({ at, words }) => (
        <g key={at} class="tick-x">
          <line class="grid-line" x1={at} x2={at} y1={top} y2={bottom} />
          <text class="axis-text" x={at} y={bottom + 14} text-anchor="middle">
            {words}
          </text>
        </g>
      ))}
      <path class="axis-line" d={`M${left} ${top}V${bottom}H${right}`} />
      <text class="axis-text axis-title" x={4} y={12}>
        {titles[1]}
      </text>
      <text class="axis-text axis-title" x={right} y={height - 6} text-anchor="end">
        {isLogarithmic ? t('{0} (log scale)', titles[0]) : titles[0]}
      </text>
      {goals.map(({ axis, value, words, atLeft = false }) => {
        const at = axis === 'x' ? plot.x(value) : plot.y(value);
        const late = at > width / 2;
        return (
          <g key={`${axis}${value}`} class="goal">
            {axis === 'x' ? (
              <line class="goal-line" x1={at} x2={at} y1={top} y2={bottom} />
            ) : (
              <line class="goal-line" x1={left} x2={right} y1={at} y2={at} />
            )}
            {axis === 'x' ? (
              <text class="axis-text" x={late ? at - 5 : at + 5} y={top + 10} text-anchor={late ? 'end' : 'start'}>
                {words}
              </text>
            ) : (
              <text
                class="axis-text"
                x={atLeft ? left + 4 : right - 4}
                y={at - 4}
                text-anchor={atLeft ? 'start' : 'end'}
              >
                {words}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}
