import { valueForKey } from './keys';

/** A native slider, themed; arrow and page keys, Home and End. */
export function Range({
  label,
  value,
  max,
  step,
  page,
  arrow,
  text,
  disabled,
  onValue,
  testId,
}: {
  label: string;
  value: number;
  max: number;
  step: number;
  arrow: number;
  page: number;
  /** The value for screen readers. */
  text: string;
  disabled?: boolean | undefined;
  onValue: (value: number, at: number) => void;
  testId?: string | undefined;
}) {
  const share = max > 0 ? Math.max(0, Math.min(1, value / max)) : 0;
  return (
    <input
      type="range"
      class="range"
      aria-label={label}
      aria-valuetext={text}
      min={0}
      max={max}
      step={step}
      value={Math.min(value, max)}
      disabled={disabled}
      data-testid={testId}
      style={{ '--share': share }}
      onInput={(event) => onValue(event.currentTarget.valueAsNumber, event.timeStamp)}
      onKeyDown={(event) => {
        const next = valueForKey(event.key, value, { min: 0, max, arrow, page });
        if (next === undefined) return;
        event.preventDefault();
        onValue(next, event.timeStamp);
      }}
    />
  );
}
