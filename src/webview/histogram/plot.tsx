import { useMemo, useState } from 'preact/hooks';
import type { Histogram } from '../../protocol/measure';
import { count, percent, weight } from '../../protocol/format';
import { binsToDraw, type Bins } from './bins';
import { binAt, binEdges, toValue, valueAxis } from '../ui/scale';
import { rowForKey } from '../layers/window';
import { log, whole } from '../state/session';
import { LinkButton } from '../ui/link';
import { shownThreshold } from '../state/threshold';
import { Bars } from './bars';
import { Levels } from './levels';
import { ThresholdLines } from './threshold-lines';
import { useSize } from './use-width';
import { ZeroGauge } from './zero-gauge';

/** The height of the axis below the bars in pixels. */
const AXIS = 22;

/** The minimum width of a bar in pixels. */
const BAR = 6;

function binWords(bins: Bins, bin: number, total: number): string {
  const [from, to] = binEdges(bins, bin);
  const inside = bins.counts[bin] ?? 0;
  const share = total > 0 ? inside / total : 0;
  return `${weight(from)} to ${weight(to)}: ${count(inside)} ${inside === 1 ? 'weight' : 'weights'}, ${percent(share, 1)}`;
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
  const bins = useMemo(() => binsToDraw(histogram, most, whole.value), [histogram, most, whole.value]);
  const axis = valueAxis(bins, width);
  const inHand = bin !== null && bin < bins.counts.length ? bin : null;

  const step = (key: string): number | undefined => {
    const keys: Record<string, string> = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' };
    const middle = binAt(bins, 0) ?? Math.floor(bins.counts.length / 2);
    return rowForKey(keys[key] ?? key, inHand ?? middle, bins.counts.length, 10);
  };

  return (
    <div class="plot" data-chart={`Weights of ${histogram.layer ?? 'all layers'}`}>
      {height > 0 && <ZeroGauge zeros={zeros} pruned={pruned} total={total} height={height} />}
      <div
        class="plot-area"
        ref={ref}
        role="group"
        tabIndex={0}
        aria-label={`Histogram of ${histogram.layer ?? 'all layers'}: arrow keys read the bins`}
        data-testid="histogram"
        onPointerMove={(event) => {
          const left = ref.current?.getBoundingClientRect().left ?? 0;
          setBin(binAt(bins, toValue(axis, event.clientX - left)) ?? null);
        }}
        onPointerLeave={() => setBin(null)}
        onBlur={() => setBin(null)}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
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
            <Levels axis={axis} height={height} />
            {prunes && <ThresholdLines axis={axis} height={height} />}
          </>
        )}
      </div>
      <div class="readout small figures">
        <span role="status" data-testid="bin-counts">
          {inHand === null ? <span class="quiet">{hint}</span> : binWords(bins, inHand, histogram.count)}
        </span>
        {(bins.outside > 0 || whole.value) && (
          <span class="quiet">
            {bins.outside > 0 && `${count(bins.outside)} outside `}
            <LinkButton onPress={() => (whole.value = !whole.value)} testId="whole-range">
              {whole.value ? 'Fit range' : 'Show all'}
            </LinkButton>
          </span>
        )}
      </div>
    </div>
  );
}
