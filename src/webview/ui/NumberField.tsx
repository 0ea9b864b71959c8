import { useId, useState } from 'preact/hooks';
import { valueForKey } from './keys';

/** A number that is typed, or stepped by arrow and page keys. What cannot be read is told below and changes nothing. */
export function NumberField({
  label,
  value,
  min = 0,
  max,
  arrow,
  page,
  unit,
  format = String,
  parse,
  disabled,
  onValue,
  testId,
}: {
  label: string;
  value: number;
  min?: number;
  max: number;
  arrow: number;
  page: number;
  unit?: string | undefined;
  format?: (value: number) => string;
  /** The number, or the sentence that says what is wrong with the text. */
  parse: (text: string) => number | string;
  disabled?: boolean | undefined;
  onValue: (value: number, at: number) => void;
  testId?: string | undefined;
}) {
  const id = useId();
  // While it is being typed the text is the person's own: "0." must not become "0".
  const [draft, setDraft] = useState<string | null>(null);
  const read = draft === null ? value : parse(draft);
  const problem = typeof read === 'string' ? read : null;
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <span class="number">
        <input
          type="text"
          role="spinbutton"
          inputMode="decimal"
          class="input"
          value={draft ?? format(value)}
          disabled={disabled}
          aria-valuenow={value}
          aria-valuemin={min}
          aria-valuemax={max}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : id}
          autocomplete="off"
          data-testid={testId}
          onInput={(event) => {
            const text = event.currentTarget.value;
            setDraft(text);
            const next = parse(text);
            if (typeof next === 'number') onValue(next, event.timeStamp);
          }}
          onKeyDown={(event) => {
            // Left, right, Home and End move in the text, as in any field.
            if (/^(ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) return;
            const next = valueForKey(event.key, value, { min, max, arrow, page });
            if (next !== undefined) {
              event.preventDefault();
              setDraft(null);
              onValue(next, event.timeStamp);
            } else if (event.key === 'Enter' || event.key === 'Escape') setDraft(null);
          }}
          onBlur={() => setDraft(null)}
        />
        {unit !== undefined && <span class="unit">{unit}</span>}
      </span>
      {problem !== null && (
        <span class="field-problem" role="alert" id={id}>
          {problem}
        </span>
      )}
    </label>
  );
}
