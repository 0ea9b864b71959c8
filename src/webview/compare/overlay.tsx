import { t } from '../../protocol/l10n';
import type { ComparedHistogram } from '../../protocol/measure/compare';
import { percent, weight } from '../../protocol/format';
import { useWidth } from '../histogram/use-width';
import { sharesOf, stepPath } from './overlay-shares';
import { niceTicks, toPixel } from '../ui/scale';

const HEIGHT = 200;

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
  const axis = { from: start, to: start + bin * Math.max(1, bins), width };
  const words = [`${names[0]}: ${zerosOf(histogram.a)}`, `${names[1]}: ${zerosOf(histogram.b)}`] as const;
  return (
    <figure class="overlay" data-testid="overlay">
      <div ref={ref} role="img" aria-label={t('Histograms of weights. {0}.', words.join('. '))}>
        <svg width={width} height={HEIGHT + 22} aria-hidden="true">
          {a && <path class="overlay-a" d={stepPath(a, largest, width, HEIGHT)} />}
          {b && <path class="overlay-b" d={stepPath(b, largest, width, HEIGHT)} />}
          <line class="base-line" x1={0} x2={width} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
          {niceTicks(axis.from, axis.to, Math.max(2, Math.floor(width / 80))).map((tick) => (
            <text key={tick} class="axis-text" x={toPixel(axis, tick)} y={HEIGHT + 16} text-anchor="middle">
              {weight(tick)}
            </text>
          ))}
        </svg>
      </div>
      <figcaption class="row small figures">
        <span class="side-a">{words[0]}</span>
        <span class="side-b">{words[1]}</span>
        <span class="quiet">{t('Shares of the nonzero weights, by value')}</span>
      </figcaption>
    </figure>
  );
}
