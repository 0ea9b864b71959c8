import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { figureWords, metricNoun, type MetricOf } from '../../protocol/metric';
import { useWidth } from '../histogram/use-width';
import { rowForKey } from '../layers/window';
import { Legend } from '../chart/legend';
import { DASHES, markPath, MARKS, type SeriesStyle } from '../chart/marks';
import { plotOf } from '../chart/plot';
import { PlotFrame } from '../chart/plot-frame';
import { Tip } from '../chart/tip';
import { Button } from '../ui/button';
import { metricUnits } from '../ui/scale';
import { metricTitle, splitsOf, type Point } from './points';
import type { Size } from './sizes';

const HEIGHT = 380;
const PAGE = 10;

/** The look of the points of a split: a shape each, since a figure of one is no match for that of another. */
const styleOf = (index: number): SeriesStyle => ({
  color: 'var(--keep)',
  dash: DASHES[index % DASHES.length]!,
  mark: MARKS[index % MARKS.length]!,
});

/** Checkpoints as points, a metric over a size. A click or Enter opens one. */
export function RunsPlot({
  points,
  metric,
  size,
  onOpen,
}: {
  points: readonly Point[];
  metric: MetricOf;
  size: Size;
  onOpen: (path: string) => void;
}) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const [path, setPath] = useState<string | null>(null);
  const [pointed, setPointed] = useState(false);
  const inHand = Math.max(0, points.findIndex(({ model }) => model.path === path)); // prettier-ignore
  const plot = useMemo(
    () =>
      plotOf({
        ...{ width, height: HEIGHT },
        x: { values: points.map((one) => one.size), units: size.units, title: size.words, canBeWide: true },
        y: { values: points.map(({ value }) => value), units: metricUnits(metric.name), title: metricTitle(metric) },
      }),
    [points, width, size, metric],
  );
  const splits = splitsOf(points);
  const place = (point: Point) => ({ left: plot.x(point.size), top: plot.y(point.value) });
  const words = ({ model, size: own, value, measuredOn, isBest }: Point): string =>
    [
      t('{0}: {1} on {2}', model.name, figureWords({ name: metric.name, value }), measuredOn),
      size.format(own, model),
      ...(isBest ? [t('best of its size')] : []),
    ].join(t(', '));
  const point = points[inHand];
  return (
    <>
      <div data-chart={t('{0} over {1}', metricTitle(metric), size.words)}>
        <div
          ref={ref}
          class="runs-plot plotted"
          role="listbox"
          tabIndex={0}
          aria-label={t('Checkpoints, {0} over {1}, from small to large', metricNoun(metric), size.words)}
          aria-activedescendant={`run-${inHand}`}
          data-testid="runs-plot"
          onKeyDown={(event) => {
            if (event.key === 'Enter' && point) onOpen(point.model.path);
            const key = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' }[event.key] ?? event.key;
            const next = rowForKey(key, inHand, points.length, PAGE);
            if (next === undefined) return;
            event.preventDefault();
            setPath(points[next]?.model.path ?? null);
          }}
        >
          {width > 0 && (
            <svg width={width} height={HEIGHT}>
              <PlotFrame plot={plot} />
              {splits.map((split, index) => (
                <polyline
                  key={split}
                  class="pareto-line"
                  points={points
                    .filter(({ isBest, measuredOn }) => isBest && measuredOn === split)
                    .map(place)
                    .map(({ left, top }) => `${left.toFixed(1)},${top.toFixed(1)}`)
                    .join(' ')}
                  stroke-dasharray={styleOf(index).dash.join(' ')}
                  aria-hidden="true"
                />
              ))}
              {points.map((each, index) => {
                const { left, top } = place(each);
                const { mark } = styleOf(splits.indexOf(each.measuredOn));
                return (
                  <path
                    key={each.model.path}
                    id={`run-${index}`}
                    role="option"
                    aria-selected={index === inHand}
                    aria-label={words(each)}
                    class={['pareto-point', each.isBest ? 'meets' : '', index === inHand ? 'active' : ''].join(' ')}
                    d={markPath(mark, left, top, index === inHand ? 7 : 5)}
                    data-testid={`run-${index}`}
                    onClick={() => onOpen(each.model.path)}
                    onPointerEnter={() => {
                      setPath(each.model.path);
                      setPointed(true);
                    }}
                    onPointerLeave={() => setPointed(false)}
                  />
                );
              })}
            </svg>
          )}
          {pointed && point && (
            <Tip x={place(point).left} y={place(point).top} width={width}>
              {words(point)}
            </Tip>
          )}
        </div>
        <Legend series={splits.map((name, index) => ({ name, points: [], style: styleOf(index), drawn: 'both' }))} />
      </div>
      {point && (
        <p class="row small figures" role="status" data-testid="run-in-hand">
          <span>{words(point)}</span>
          <Button label={t('Open {0}', point.model.name)} onPress={() => onOpen(point.model.path)} testId="open-run">
            {t('Open')}
          </Button>
        </p>
      )}
    </>
  );
}
