import { useRef } from 'preact/hooks';
import { percent, weight } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import { largest, steps } from '../threshold/amount';
import { toPixel, toValue, type Axis } from '../ui/scale';
import { amount, mode, setThreshold, setValue, target, threshold, weights } from '../state/threshold';
import { valueForKey } from '../ui/keys';

/** The threshold in words, for screen readers and for its flag. */
function words(): string {
  const about = weights.value;
  if (!about || threshold.value <= 0) return t('nothing is pruned');
  const share = about.count > 0 ? about.zerosBelow(threshold.value) / about.count : 0;
  return t('|w| below {0}: {1} zeros', weight(threshold.value), percent(share, 1));
}

/** The pair of lines at -threshold and +threshold. Both can be dragged; the right one is the slider for the keyboard. */
export function ThresholdLines({ axis, height }: { axis: Axis; height: number }) {
  const plot = useRef<HTMLDivElement>(null);
  const about = weights.value;
  if (!about || axis.width <= 0) return null;
  const at = threshold.value;
  const right = Math.max(0, Math.min(axis.width, toPixel(axis, at)));
  const left = Math.max(0, Math.min(axis.width, toPixel(axis, -at)));
  const range = { min: 0, max: largest(mode.value, about), ...steps(mode.value, about) };
  const value = amount.value?.value ?? 0;

  const drag = (event: PointerEvent): void => {
    const box = plot.current?.getBoundingClientRect();
    const handle = event.currentTarget;
    if (!box || !(handle instanceof HTMLElement) || !handle.hasPointerCapture(event.pointerId)) return;
    setThreshold(Math.abs(toValue(axis, event.clientX - box.left)), event.timeStamp);
  };
  const take = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const flagLeft = right > axis.width - 190;
  return (
    <div class="lines" ref={plot} style={{ height: `${height}px` }}>
      <div
        class="handle"
        aria-hidden="true"
        style={{ transform: `translateX(${left}px)` }}
        onPointerDown={take}
        onPointerMove={drag}
      />
      <div
        class="handle main"
        role="slider"
        tabIndex={0}
        aria-label={target.value === null ? t('Threshold of all layers') : t('Threshold of {0}', target.value)}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={range.max}
        aria-valuenow={value}
        aria-valuetext={words()}
        data-testid="threshold-line"
        data-value={at}
        style={{ transform: `translateX(${right}px)` }}
        onPointerDown={(event) => {
          take(event);
          event.currentTarget.focus();
        }}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const next = valueForKey(event.key, value, range);
          if (next === undefined) return;
          event.preventDefault();
          setValue(next, event.timeStamp);
        }}
      >
        <span class={flagLeft ? 'flag left figures' : 'flag figures'}>
          {at > 0 ? `|w| < ${weight(at)}` : t('drag to prune')}
        </span>
      </div>
    </div>
  );
}
