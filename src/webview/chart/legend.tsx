import { markPath } from './marks';
import type { Series } from './series';

/** A piece of a series as its legend shows it. */
export function Sample({ style, drawn = 'both' }: Pick<Series, 'style'> & Partial<Pick<Series, 'drawn'>>) {
  return (
    <svg class="sample" width="26" height="12" aria-hidden="true">
      {drawn !== 'marks' && (
        <line
          x1="0"
          x2="26"
          y1="6"
          y2="6"
          style={{ stroke: style.color }}
          stroke-width="2"
          stroke-dasharray={style.dash.join(' ')}
        />
      )}
      {drawn !== 'line' && (
        <path class="mark" d={markPath(style.mark, 13, 6, 3.5)} style={{ stroke: style.color, fill: style.color }} />
      )}
    </svg>
  );
}

/** The names of series beside a piece of each. */
export function Legend({ series }: { series: readonly (Series & { readonly note?: string })[] }) {
  return (
    <ul class="plot-legend small">
      {series.map(({ name, style, drawn, note }) => (
        <li key={name}>
          <Sample style={style} drawn={drawn} />
          <span>{name}</span>
          {note !== undefined && <span class="figures">{note}</span>}
        </li>
      ))}
    </ul>
  );
}
