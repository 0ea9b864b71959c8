import { useMemo, useState } from 'preact/hooks';
import type { Histogram } from '../../protocol/measure';
import { count, percent, plural, weight } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import { binsBetween, binsToDraw, type Bins } from './bins';
import { shifted, zoomed, type Range } from './range';
import { binAt, binEdges, toValue, valueAxis } from '../ui/scale';
import { rowForKey } from '../layers/window';
import { log, whole } from '../state/session';
import { LinkButton } from '../ui/link';
import { shownThreshold } from '../state/threshold';
import { AXIS, Bars } from './bars';
import { Levels } from './levels';
import { OtherLayers, OtherLayersLegend } from './other-layers';
import { ThresholdLines } from './threshold-lines';
import { useSize } from './use-width';
import { ZeroGauge } from './zero-gauge';

/** A key press makes the shown range narrower or wider by this factor. */
const ZOOM = 1.5;

/** The minimum width of a bar in pixels. */
const BAR = 6;

function binWords(bins: Bins, bin: number, total: number): string {
  const [from, to] = binEdges(bins, bin);
  const inside = bins.counts[bin] ?? 0;
  const share = total > 0 ? inside / total : 0;
  return t('{0} to {1}: {2}, {3}', weight(from), weight(to), plural(inside, 'weight'), percent(share, 1));
}

/** The histogram: bars, zeros beside them, the threshold lines, and the exact counts of the selected bin. */
export function Plot({
  histogram,
  zeros,
  pruned,
  total,
  prunes,
  hint,
}: {
  histogram: Histogram;
  zeros: number;
  pruned: number;
  total: number;
  /** False for weights that a threshold does not touch. */
  prunes: boolean;
  /** The text while no bin is selected. */
  hint: string;
}) {
  const { ref, width, height: all } = useSize<HTMLDivElement>();
  const height = Math.max(0, all - AXIS);
  const [bin, setBin] = useState<number | null>(null);
  const most = Math.max(16, Math.floor(width / BAR));
  const [range, setRange] = useState<{ of: string | null; range: Range } | null>(null);
  const shown = range?.of === histogram.layer ? range.range : null;
  const bins = useMemo(
    () => (shown ? binsBetween(histogram, shown, most) : binsToDraw(histogram, most, whole.value)),
    [histogram, most, whole.value, shown],
  );
  const [brush, setBrush] = useState<Range | null>(null);
  const [pointer, setPointer] = useState<number | null>(null);
  const axis = valueAxis(bins, width);
  const inHand = bin !== null && bin < bins.counts.length ? bin : null;

  const extent: Range = [histogram.start, histogram.start + histogram.width * histogram.counts.length];
  const show = (next: Range | null): void => {
    setBin(null);
    setRange(next && { of: histogram.layer, range: next });
  };
  const zoom = (by: number, around = (axis.from + axis.to) / 2): void =>
    show(zoomed([axis.from, axis.to], by, around, extent));
  /** A point of the plot in pixels from its left edge. */
  const placeOf = (event: MouseEvent): number => event.clientX - (ref.current?.getBoundingClientRect().left ?? 0);
  const zoomByKey = (key: string, sideways: boolean): boolean => {
    if (key === '+' || key === '=') zoom(1 / ZOOM);
    else if (key === '-') zoom(ZOOM);
    else if (key === '0') show(null);
    else if (sideways && (key === 'ArrowLeft' || key === 'ArrowRight'))
      show(shifted([axis.from, axis.to], key === 'ArrowLeft' ? -0.2 : 0.2, extent));
    else return false;
    return true;
  };

  const step = (key: string): number | undefined => {
    const keys: Record<string, string> = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' };
    const middle = binAt(bins, 0) ?? Math.floor(bins.counts.length / 2);
    return rowForKey(keys[key] ?? key, inHand ?? middle, bins.counts.length, 10);
  };

  return (
    <div class="plot-figure" data-chart={t('Weights of {0}', histogram.layer ?? t('all layers'))}>
      <div class="plot">
        {height > 0 && <ZeroGauge zeros={zeros} pruned={pruned} total={total} height={height} />}
        <div
          class="plot-area"
          ref={ref}
          role="group"
          tabIndex={0}
          aria-label={t('Histogram of {0}: arrow keys read the bins', histogram.layer ?? t('all layers'))}
          data-testid="histogram"
          onPointerDown={(event) => {
            const onHandle = event.target instanceof Element && event.target.closest('.handle') !== null;
            if (event.button !== 0 || onHandle) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setBrush([placeOf(event), placeOf(event)]);
          }}
          onPointerMove={(event) => {
            const x = placeOf(event);
            setPointer(x);
            setBin(binAt(bins, toValue(axis, x)) ?? null);
            if (brush) setBrush([brush[0], Math.max(0, Math.min(width, x))]);
          }}
          onPointerUp={() => {
            if (brush && Math.abs(brush[1] - brush[0]) > BAR)
              show([toValue(axis, Math.min(...brush)), toValue(axis, Math.max(...brush))]);
            setBrush(null);
          }}
          onPointerCancel={() => setBrush(null)}
          onPointerLeave={() => {
            setBin(null);
            setPointer(null);
          }}
          onDblClick={() => show(null)}
          onWheel={(event) => {
            if (!event.ctrlKey && !event.metaKey) return;
            event.preventDefault();
            zoom(Math.exp(event.deltaY / 200), toValue(axis, placeOf(event)));
          }}
          onBlur={() => setBin(null)}
          onKeyDown={(event) => {
            if (event.target !== event.currentTarget) return;
            if (!event.ctrlKey && !event.metaKey && zoomByKey(event.key, event.shiftKey)) {
              event.preventDefault();
              return;
            }
            const next = step(event.key);
            if (event.key === 'Escape') setBin(null);
            if (next === undefined) return;
            event.preventDefault();
            setBin(next);
          }}
        >
          {width > 0 && (
            <>
              <Bars
                bins={bins}
                axis={axis}
                height={height}
                log={log.value}
                threshold={prunes ? shownThreshold.value : 0}
                bin={inHand}
              />
              <OtherLayers {...{ histogram, bins, axis, height }} log={log.value} />
              <Levels axis={axis} height={height} />
              {prunes && <ThresholdLines axis={axis} height={height} />}
              {brush && (
                <div
                  class="brush"
                  style={{
                    left: `${Math.min(...brush)}px`,
                    width: `${Math.abs(brush[1] - brush[0])}px`,
                    height: `${height}px`,
                  }}
                />
              )}
              {inHand !== null && pointer !== null && !brush && (
                <div
                  class={pointer > width / 2 ? 'bin-flag left' : 'bin-flag'}
                  style={{ transform: `translateX(${pointer}px)` }}
                  aria-hidden="true"
                >
                  <span class="figures">{binWords(bins, inHand, histogram.count)}</span>
                </div>
              )}
            </>
          )}
        </div>
        <div class="readout small figures">
          <span role="status" data-testid="bin-counts">
            {inHand === null ? <span class="quiet">{hint}</span> : binWords(bins, inHand, histogram.count)}
          </span>
          {shown && (
            <LinkButton onPress={() => show(null)} testId="zoom-out">
              {t('Zoom out')}
            </LinkButton>
          )}
          {!shown && (bins.outside > 0 || whole.value) && (
            <span class="quiet">
              {bins.outside > 0 && `${t('{0} outside', count(bins.outside))} `}
              <LinkButton onPress={() => (whole.value = !whole.value)} testId="whole-range">
                {whole.value ? t('Fit range') : t('Show all')}
              </LinkButton>
            </span>
          )}
        </div>
      </div>
      <OtherLayersLegend layer={histogram.layer} />
    </div>
  );
}
