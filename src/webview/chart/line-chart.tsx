import { useMemo, useState } from 'preact/hooks';
import { useWidth } from '../histogram/use-width';
import { markPath } from './marks';
import { plotOf } from './plot';
import { PlotFrame, type GoalLine } from './plot-frame';
import type { AxisSpec } from './plot-scale';
import { firstPoint, nearestPoint, pointForKey, type Found, type Point, type Series } from './series';
import { Tip } from './tip';

/** The distance in pixels within which the pointer meets a line. */
const NEAR = 30;
/** Half of the width of a shape. */
const SIZE = 3.5;

const linePath = (points: readonly Point[]): string =>
  points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/**
 * Series over an axis that they share. The pointer and the arrow keys read its points one by one.
 */
export function LineChart({
  title,
  label,
  height: least,
  tallest = least,
  series,
  x,
  y,
  goals,
  words,
  active,
  onPick,
  testId,
}: {
  /** The name of the figure where it is copied or saved; left out where what holds the chart is that figure, with a legend. */
  title?: string | undefined;
  /** The label for screen readers. */
  label: string;
  height: number;
  /** The height that it may grow to where it is five times as wide as high. */
  tallest?: number | undefined;
  series: readonly Series[];
  x: AxisSpec;
  y: AxisSpec;
  goals?: readonly GoalLine[] | undefined;
  /** A point in words. */
  words: (series: Series, point: Point) => string;
  /** The name of a series that is drawn bold. */
  active?: string | undefined;
  /** Called with the name of a series that was clicked, or chosen by Enter. */
  onPick?: ((name: string) => void) | undefined;
  testId?: string | undefined;
}) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const height = Math.max(least, Math.min(tallest, Math.round(width / 5)));
  const [found, setFound] = useState<(Found & { byKey: boolean }) | null>(null);
  // The pointer moves often, and the lines stay.
  const { plot, placed } = useMemo(() => {
    const plot = plotOf({ width, height, x, y });
    const placed = series.map(({ points, ...rest }) => {
      const its = points.map((one) => ({ x: plot.x(one.x), y: plot.y(one.y) }));
      const { drawn, style } = rest;
      return {
        ...{ ...rest, points: its },
        line: drawn === 'marks' ? null : linePath(its),
        marks: drawn === 'line' ? null : its.map((each) => markPath(style.mark, each.x, each.y, SIZE)).join(''),
      };
    });
    return { plot, placed };
  }, [series, width, height, x, y]);
  const inHand = found && series[found.series]?.points[found.point] ? found : null;
  const one = inHand && series[inHand.series]!;
  const at = inHand && placed[inHand.series]!.points[inHand.point]!;
  const said = inHand && one ? words(one, one.points[inHand.point]!) : '';
  return (
    <div class="line-chart" data-chart={title}>
      <div
        class={onPick ? 'line-plot picks' : 'line-plot'}
        ref={ref}
        role="group"
        tabIndex={0}
        aria-label={label}
        data-testid={testId}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const pointed = nearestPoint(placed, { x: event.clientX - box.left, y: event.clientY - box.top }, NEAR);
          setFound(pointed && { ...pointed, byKey: false });
        }}
        onPointerLeave={() => setFound(null)}
        onBlur={() => setFound(null)}
        onClick={() => {
          if (one) onPick?.(one.name);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setFound(null);
          if (event.key === 'Enter' && one) onPick?.(one.name);
          const next = inHand ? pointForKey(event.key, series, inHand) : event.key.startsWith('Arrow') ? firstPoint(series) : undefined; // prettier-ignore
          if (!next) return;
          event.preventDefault();
          setFound({ ...next, byKey: true });
        }}
      >
        {width > 0 && (
          <svg width={width} height={height} aria-hidden="true">
            <PlotFrame plot={plot} goals={goals ?? []} />
            {placed.map(({ name, style, line, marks, isFaint }, index) => (
              <g
                key={index}
                class={['series', name === active ? 'active' : '', isFaint ? 'faint' : '', inHand && inHand.series !== index ? 'dim' : ''].join(' ')} // prettier-ignore
                style={{ stroke: style.color, fill: style.color }}
              >
                {line !== null && <path class="series-line" d={line} stroke-dasharray={style.dash.join(' ')} />}
                {marks !== null && <path class="mark" d={marks} />}
              </g>
            ))}
            {at && one && (
              <path
                class="mark in-hand"
                d={markPath(one.style.mark, at.x, at.y, 6)}
                style={{ fill: one.style.color }}
              />
            )}
          </svg>
        )}
        {at && one && (
          <Tip {...at} width={width}>
            {said}
          </Tip>
        )}
      </div>
      <span class="unseen" role="status">
        {inHand?.byKey ? said : ''}
      </span>
    </div>
  );
}
