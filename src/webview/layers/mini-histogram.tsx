import type { Histogram } from '../../protocol/measure';
import { binsToDraw } from '../histogram/bins';
import { barsPath, toPixel, valueAxis, type Axis } from '../ui/scale';

const WIDTH = 96;
const HEIGHT = 20;
const BARS = 32;

const pictures = new WeakMap<Histogram, { path: string; axis: Axis }>();

/** A row's picture of its weights, computed once. */
function picture(histogram: Histogram): { path: string; axis: Axis } {
  let known = pictures.get(histogram);
  if (!known) {
    const bins = binsToDraw(histogram, BARS, false);
    const axis = valueAxis(bins, WIDTH);
    known = { path: barsPath(bins, axis, HEIGHT, false, 0.5), axis };
    pictures.set(histogram, known);
  }
  return known;
}

/** A small histogram of one layer's weights; the part below the threshold has its own colour. */
export function MiniHistogram({ histogram, threshold, id }: { histogram: Histogram; threshold: number; id: string }) {
  const { path: bars, axis } = picture(histogram);
  const x = Math.max(0, toPixel(axis, -threshold));
  const end = Math.min(WIDTH, toPixel(axis, threshold));
  return (
    <svg class="mini" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="bars-keep" d={bars} />
      {threshold > 0 && end > x && (
        <>
          <clipPath id={id}>
            <rect x={x} y={0} width={end - x} height={HEIGHT} />
          </clipPath>
          <path class="bars-pruned" d={bars} clip-path={`url(#${id})`} />
        </>
      )}
    </svg>
  );
}
