import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { figureWords, metricNoun } from '../../protocol/metric';
import { metricOfPlans, type ParetoCurve, type ParetoPoint } from '../../protocol/pareto';
import { bytes, compact, count, percent } from '../../protocol/format';
import { useWidth } from '../histogram/use-width';
import { plotOf } from '../chart/plot';
import { PlotFrame } from '../chart/plot-frame';
import { Tip } from '../chart/tip';
import { goalSize, linesOf, paretoAxes, valueIn } from './axes';
import { rowForKey } from '../layers/window';
import { Button } from '../ui/button';
import { Tag } from '../ui/tag';

const HEIGHT = 240;

interface ParetoPlotProps {
  curve: ParetoCurve;
  /** Applies the plan at a place of the curve; without it no plan can be applied. */
  onTake?: ((place: number) => void) | undefined;
  /** The effect of applying a plan, in a few words. */
  hint: string;
}

/** The plans of a target step, a metric over size. A click or Enter applies the plan of a point. */
export function ParetoPlot({ curve, onTake, hint }: ParetoPlotProps) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const [inHand, setInHand] = useState(curve.chosen);
  const [pointed, setPointed] = useState(false);
  const size = goalSize(curve);
  const metric = metricOfPlans(curve);
  const plot = useMemo(() => plotOf({ width, height: HEIGHT, ...paretoAxes(curve) }), [curve, width]);
  const place = (one: ParetoPoint) => ({ x: plot.x(size.of(one)), y: plot.y(valueIn(curve, one)) });
  const point = curve.points[inHand];
  const line = curve.points.map(place).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const words = (each: ParetoPoint): string =>
    t(
      '{0}, {1} gzip, {2} sparse',
      figureWords({ name: metric.name, value: valueIn(curve, each) }, 1),
      bytes(each.gzipBytes),
      percent(each.sparsity, 1),
    );
  return (
    <section class="section" aria-labelledby="pareto-title" data-testid="pareto">
      <div class="section-head">
        <h3 id="pareto-title">{t('Plans found: {0} over {1}', metricNoun(metric), size.words)}</h3>
        <span class="row small quiet">
          {t('on {0} validation examples; filled: meets the target', count(curve.samples))}
          {curve.sampleData && <Tag>{t('sample')}</Tag>}
        </span>
      </div>
      <div
        ref={ref}
        class="pareto plotted"
        data-chart={t('Plans found: {0} over {1}', metricNoun(metric), size.words)}
        role="listbox"
        tabIndex={0}
        aria-label={t('Plans, from large to small')}
        aria-activedescendant={`pareto-${inHand}`}
        onKeyDown={(event) => {
          const key = { ArrowRight: 'ArrowUp', ArrowLeft: 'ArrowDown' }[event.key] ?? event.key;
          if (event.key === 'Enter' && point) onTake?.(inHand);
          // The largest plan comes first, on the right.
          const next = rowForKey(key, inHand, curve.points.length, 5);
          if (next === undefined) return;
          event.preventDefault();
          setInHand(next);
        }}
      >
        {width > 0 && (
          <svg width={width} height={HEIGHT}>
            <PlotFrame plot={plot} goals={linesOf(curve)} />
            <polyline class="pareto-line" points={line.join(' ')} aria-hidden="true" />
            {curve.points.map((each, index) => {
              const { x, y } = place(each);
              return (
                <circle
                  key={index}
                  id={`pareto-${index}`}
                  role="option"
                  aria-selected={index === inHand}
                  aria-label={index === curve.chosen ? t('{0}, written by this run', words(each)) : words(each)}
                  class={['pareto-point', each.meets ? 'meets' : '', index === inHand ? 'active' : ''].join(' ')}
                  cx={x}
                  cy={y}
                  r={index === inHand ? 7 : 5}
                  data-testid={`pareto-${index}`}
                  onClick={() => {
                    setInHand(index);
                    onTake?.(index);
                  }}
                  onPointerEnter={() => {
                    setInHand(index);
                    setPointed(true);
                  }}
                  onPointerLeave={() => setPointed(false)}
                />
              );
            })}
          </svg>
        )}
        {pointed && point && (
          <Tip {...place(point)} width={width}>
            {words(point)}
          </Tip>
        )}
      </div>
      {point && (
        <p class="row small figures" role="status">
          <span>
            {[
              words(point),
              t('{0} of {1} parameters', compact(point.nonzero), compact(point.params)),
              ...(point.macs === null ? [] : [t('{0} MACs', compact(point.nonzeroMacs ?? point.macs))]),
            ].join(t(', '))}
            {inHand === curve.chosen && ` \u00b7 ${t('written by this run')}`}
          </span>
          <span class="quiet">{hint}</span>
          {onTake && (
            <Button onPress={() => onTake(inHand)} testId="take-plan">
              {t('Take this plan')}
            </Button>
          )}
        </p>
      )}
    </section>
  );
}
