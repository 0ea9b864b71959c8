import { t } from '../../protocol/l10n';
import type { ComparedHistogram } from '../../protocol/measure/compare';
import { percent } from '../../protocol/format';
import { useWidth } from '../histogram/use-width';
import { sharesOf, stepPath } from './overlay-shares';
import { plotOf } from '../chart/plot';
import { PlotFrame } from '../chart/plot-frame';
import { COUNT_UNITS, PERCENT } from '../ui/scale';

const HEIGHT = 260;

const zerosOf = (side: ComparedHistogram['a']): string => {
  if (!side) return t('not there');
  const all = side.zeros + side.counts.reduce((sum, count) => sum + count, 0);
  return t('{0} zeros', percent(all > 0 ? side.zeros / all : 0, 1));
};

/** Histograms of the same weights in both models, one over the other: the first filled, the second as an outline. */
export function Overlay({ histogram, names }: { histogram: ComparedHistogram; names: readonly [string, string] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const { start, width: bin, a, b } = sharesOf(histogram);
  const largest = Math.max(...(a ?? []), ...(b ?? []), 1e-9);
  const bins = Math.max(a?.length ?? 0, b?.length ?? 0);
  const end = start + bin * Math.max(1, bins);
  const plot = plotOf({
    ...{ width, height: HEIGHT },
    x: { values: [start, end], units: COUNT_UNITS, title: t('value of a weight') },
    y: { values: [largest], fromZero: true, units: PERCENT, title: t('share of all weights; zeros are not drawn') },
  });
  const [left, top] = [plot.x(start), plot.y(largest)];
  const path = (shares: readonly number[]): string => stepPath(shares, largest, plot.x(end) - left, plot.y(0) - top);
  const words = [t('{0}: {1}', names[0], zerosOf(histogram.a)), t('{0}: {1}', names[1], zerosOf(histogram.b))] as const;
  return (
    <figure class="overlay" data-testid="overlay">
      <div ref={ref} role="img" aria-label={t('Histograms of weights. {0}.', words.join('. '))}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <PlotFrame plot={plot} />
          <g transform={`translate(${left}, ${top})`}>
            {a && <path class="overlay-a" d={path(a)} />}
            {b && <path class="overlay-b" d={path(b)} />}
          </g>
        </svg>
      </div>
      <figcaption class="row small figures">
        <span class="side-a">{words[0]}</span>
        <span class="side-b">{words[1]}</span>
      </figcaption>
    </figure>
  );
}
