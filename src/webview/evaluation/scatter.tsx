import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import type { Answers } from '../../protocol/measure/answers';
import { count } from '../../protocol/format';
import { useWidth } from '../histogram/use-width';
import { COUNT_UNITS, niceTicks, tickWords, toPixel } from '../ui/scale';
import { Select } from '../ui/select';
import { scatterAxis } from './scatter-axes';

const MOST_WIDE = 460;
const MARGIN = { left: 58, right: 14, top: 20, bottom: 40 };

/** Predicted over true values of one number of the answers; right answers lie on the diagonal. */
export function Scatter({
  answers: { width: numbers, numbers: columns },
}: {
  answers: Extract<Answers, { kind: 'numbers' }>;
}) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const [place, setPlace] = useState('0');
  const points = columns[Number(place)] ?? [];
  const side = Math.max(0, Math.min(width, MOST_WIDE) - MARGIN.left - MARGIN.right);
  const axis = useMemo(() => scatterAxis(points, side), [points, side]);
  const ticks = niceTicks(axis.from, axis.to, Math.max(3, Math.floor(side / 80)));
  const words = tickWords(ticks, COUNT_UNITS);
  const x = (value: number): number => MARGIN.left + toPixel(axis, value);
  const y = (value: number): number => MARGIN.top + side - toPixel(axis, value);
  return (
    <div class="scatter">
      {columns.length > 1 && (
        <Select
          label={t('Number of the answer')}
          value={place}
          options={columns.map((_, index) => ({
            value: String(index),
            text: t('Number {0} of {1}', index + 1, count(numbers)),
          }))}
          onSelect={setPlace}
          testId="scatter-number"
        />
      )}
      <div ref={ref}>
        {side > 0 && (
          <svg
            width={side + MARGIN.left + MARGIN.right}
            height={side + MARGIN.top + MARGIN.bottom}
            role="img"
            aria-label={t('Predicted over true values of {0} examples', count(points.length))}
            data-testid="scatter"
          >
            {ticks.map((tick, index) => (
              <g key={tick} aria-hidden="true">
                <line class="grid-line" x1={x(axis.from)} x2={x(axis.to)} y1={y(tick)} y2={y(tick)} />
                <line class="grid-line" x1={x(tick)} x2={x(tick)} y1={y(axis.from)} y2={y(axis.to)} />
                <text class="axis-text" x={MARGIN.left - 6} y={y(tick) + 3} text-anchor="end">
                  {words[index]}
                </text>
                <text class="axis-text" x={x(tick)} y={MARGIN.top + side + 14} text-anchor="middle">
                  {words[index]}
                </text>
              </g>
            ))}
            <text class="axis-text" aria-hidden="true" x={MARGIN.left} y={12}>
              {t('Predicted')}
            </text>
            <text
              class="axis-text"
              aria-hidden="true"
              x={MARGIN.left + side}
              y={MARGIN.top + side + 32}
              text-anchor="end"
            >
              {t('True')}
            </text>
            <line class="scatter-diagonal" x1={x(axis.from)} y1={y(axis.from)} x2={x(axis.to)} y2={y(axis.to)} />
            {points.map(([truth, predicted], index) => (
              <circle key={index} class="scatter-point" cx={x(truth)} cy={y(predicted)} r={2.5} />
            ))}
          </svg>
        )}
      </div>
      <p class="small quiet">
        {t('{0} examples, spread evenly over the split. Right answers lie on the line.', count(points.length))}
      </p>
    </div>
  );
}
