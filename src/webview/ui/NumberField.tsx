import { useId, useState } from 'preact/hooks';
import { valueForKey } from './keys';

/** A number that is typed, or stepped by arrow and page keys. What cannot be read is told below and changes nothing. */
export function NumberField({
  label,
  value,
  placeholder,
  min = 0,
  max,
  arrow,
  page,
  unit,
  format = String,
  parse,
  disabled,
  onValue,
  onBlank,
  testId,
}: {
  label: string;
  /** Null: none is set. */
  value: number | null;
  placeholder?: string | undefined;
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
  /** Called where the text is deleted; without it, an empty field is a mistake. */
  onBlank?: (() => void) | undefined;
  testId?: string | undefined;
}) {
  const id = useId();
  // While it is being typed the text is the person's own: "0." must not become "0".
  const [draft, setDraft] = useState<string | null>(null);
  const blank = (text: string): boolean => onBlank !== undefined && text.trim() === '';
  const read = draft === null || blank(draft) ? value : parse(draft);
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
          value={draft ?? (value === null ? '' : format(value))}
          placeholder={placeholder}
          disabled={disabled}
          aria-valuenow={value ?? undefined}
          aria-valuemin={Number.isFinite(min) ? min : undefined}
          aria-valuemax={Number.isFinite(max) ? max : undefined}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : id}
          autocomplete="off"
          data-testid={testId}
          onInput={(event) => {
            const text = event.currentTarget.value;
            setDraft(text);
            if (blank(text)) {
              onBlank?.();
              return;
            }
            const next = parse(text);
            if (typeof next === 'number') onValue(next, event.timeStamp);
          }}
          onKeyDown={(event) => {
            // Left, right, Home and End move in the text, as in any field.
            if (/^(ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) return;
            const next = valueForKey(event.key, value ?? Math.max(0, min), { min, max, arrow, page });
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
