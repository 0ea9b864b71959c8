import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import type { Answers } from '../../protocol/measure/answers';
import { count, weight } from '../../protocol/format';
import { useWidth } from '../histogram/use-width';
import { GUTTER } from '../chart/plot';
import { PlotFrame } from '../chart/plot-frame';
import { Tip } from '../chart/tip';
import { Select } from '../ui/select';
import { scatterPlot, type Pair } from './scatter-plot';

/** The largest width in pixels. */
const MOST_WIDE = 520;

/** More numbers are shown one at a time. */
const MOST_AT_ONCE = 4;

/** Predicted over true values of the numbers of the answers, each in a plot of its own; right answers lie on the diagonal. */
export function Scatter({
  answers: { width: numbers, numbers: columns },
}: {
  answers: Extract<Answers, { kind: 'numbers' }>;
}) {
  const [place, setPlace] = useState('0');
  const words = (index: number): string => t('Number {0} of {1}', index + 1, count(numbers));
  const together = columns.length <= MOST_AT_ONCE;
  return (
    <div class="scatter">
      {!together && (
        <Select
          label={t('Number of the answer')}
          value={place}
          options={columns.map((_, index) => ({ value: String(index), text: words(index) }))}
          onSelect={setPlace}
          testId="scatter-number"
        />
      )}
      <div class="scatter-plots">
        {together ? (
          columns.map((points, index) => (
            <figure key={index}>
              {columns.length > 1 && <figcaption class="small">{words(index)}</figcaption>}
              <ScatterPlot points={points} />
            </figure>
          ))
        ) : (
          <ScatterPlot points={columns[Number(place)] ?? []} />
        )}
      </div>
      <p class="small quiet">
        {t(
          '{0} examples, spread evenly over the split. Right answers lie on the line.',
          count(columns[0]?.length ?? 0),
        )}
      </p>
    </div>
  );
}

function ScatterPlot({ points }: { points: readonly Pair[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const side = Math.max(0, Math.min(width, MOST_WIDE) - GUTTER.width);
  const plot = useMemo(() => scatterPlot(points, side), [points, side]);
  const shown = points.filter((one) => one.every((value) => Number.isFinite(value)));
  const [pointed, setPointed] = useState<number | null>(null);
  const inHand = pointed === null ? undefined : shown[pointed];
  return (
    <div ref={ref} class="plotted">
      {side > 0 && (
        <svg
          width={plot.width}
          height={plot.height}
          role="img"
          aria-label={t('Predicted over true values of {0} examples', count(points.length))}
          data-testid="scatter"
        >
          <PlotFrame plot={plot} />
          <line class="scatter-diagonal" x1={plot.left} y1={plot.bottom} x2={plot.right} y2={plot.top} />
          {shown.map(([truth, predicted], index) => (
            <circle
              key={index}
              class="scatter-point"
              cx={plot.x(truth)}
              cy={plot.y(predicted)}
              r={index === pointed ? 5 : 2.5}
              onPointerEnter={() => setPointed(index)}
              onPointerLeave={() => setPointed(null)}
            />
          ))}
        </svg>
      )}
      {inHand && (
        <Tip x={plot.x(inHand[0])} y={plot.y(inHand[1])} width={plot.width}>
          {t('{0} predicted, {1} true', weight(inHand[1]), weight(inHand[0]))}
        </Tip>
      )}
    </div>
  );
}
