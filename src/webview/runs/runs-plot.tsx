import { useMemo, useState } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import { figureWords, metricNoun, type MetricOf } from '../../protocol/metric';
import { useWidth } from '../histogram/use-width';
import { rowForKey } from '../layers/window';
import { Button } from '../ui/button';
import { PlotFrame, type Frame } from '../ui/plot-frame';
import { metricUnits } from '../ui/scale';
import { metricTitle, scaleOf, type Point } from './points';
import type { Size } from './sizes';

const MARGIN = { left: 62, right: 24, top: 22, bottom: 42 };
const HEIGHT = 380;
const PAGE = 10;

const splitOf = ({ split, sampleData }: Point['model']): string =>
  sampleData ? t('{0} (sample)', translated(split)) : translated(split);

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
  const inHand = Math.max(0, points.findIndex(({ model }) => model.path === path)); // prettier-ignore
  const frame: Frame = { width, height: HEIGHT, margin: MARGIN };
  const [inner, tall] = [Math.max(0, width - MARGIN.left - MARGIN.right), HEIGHT - MARGIN.top - MARGIN.bottom];
  const { x, y } = useMemo(
    () => ({
      x: scaleOf(points.map((one) => one.size), inner, size.units, { apart: 80, canBeWide: true }), // prettier-ignore
      y: scaleOf(points.map(({ value }) => value), tall, metricUnits(metric.name), { apart: 60, canBeWide: false }), // prettier-ignore
    }),
    [points, inner, tall, size, metric],
  );
  const place = (point: Point) => ({
    left: MARGIN.left + x.place(point.size),
    top: MARGIN.top + tall - y.place(point.value),
  });
  const words = ({ model, size: own, value, isBest }: Point): string =>
    [
      t('{0}: {1} on {2}', model.name, figureWords({ name: metric.name, value }), splitOf(model)),
      size.format(own, model),
      ...(isBest ? [t('best of its size')] : []),
    ].join(t(', '));
  const point = points[inHand];
  const best = points.filter(({ isBest }) => isBest).map(place);
  return (
    <>
      <div
        ref={ref}
        class="runs-plot"
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
            <PlotFrame
              frame={frame}
              rows={y.ticks.map(({ at, words: text }) => ({ at: MARGIN.top + tall - at, words: text }))}
              columns={x.ticks.map(({ at, words: text }) => ({ at: MARGIN.left + at, words: text }))}
              names={[metricTitle(metric), x.isLogarithmic ? t('{0}, by powers of ten', size.words) : size.words]}
            />
            <polyline
              class="pareto-line"
              points={best.map(({ left, top }) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ')}
              aria-hidden="true"
            />
            {points.map((each, index) => {
              const { left, top } = place(each);
              return (
                <circle
                  key={each.model.path}
                  id={`run-${index}`}
                  role="option"
                  aria-selected={index === inHand}
                  aria-label={words(each)}
                  class={['pareto-point', each.isBest ? 'meets' : '', index === inHand ? 'active' : ''].join(' ')}
                  cx={left}
                  cy={top}
                  r={index === inHand ? 7 : 5}
                  data-testid={`run-${index}`}
                  onClick={() => onOpen(each.model.path)}
                  onPointerEnter={() => setPath(each.model.path)}
                />
              );
            })}
          </svg>
        )}
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
