import { useId } from 'preact/hooks';
import { valueForKey } from './keys';
import type { KeptText } from './kept-text';
import { useDraft } from './use-draft';

/** A number that a person types or steps with arrow and page keys. Invalid text stays, with its fault below, and changes nothing. */
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
  fault = null,
  onValue,
  onBlank,
  hold,
  kept,
  testId,
}: {
  label: string;
  /** Null: not set. */
  value: number | null;
  placeholder?: string | undefined;
  min?: number;
  max: number;
  arrow: number;
  page: number;
  unit?: string | undefined;
  format?: (value: number) => string;
  /** The number, or the fault of the text as a sentence. */
  parse: (text: string) => number | string;
  disabled?: boolean | undefined;
  /** The fault of a value that its own text does not show, as one sentence; null: none. */
  fault?: string | null;
  onValue: (value: number, at: number) => void;
  /** Called when the text is deleted; without it, an empty field is invalid. */
  onBlank?: (() => void) | undefined;
  /** Called when typing starts; returns a function that restores the earlier state. By default the value is set again. */
  hold?: (() => (at: number) => void) | undefined;
  /** Keeps a wrong text while the field is away. */
  kept?: KeptText | undefined;
  testId?: string | undefined;
}) {
  const id = useId();
  const set = (next: number | null, at: number): void => {
    if (next !== null) onValue(next, at);
    else onBlank?.();
  };
  // While the person types, the text stays as typed: "0." must not become "0".
  const draft = useDraft<number | null>({
    value,
    read(text) {
      if (onBlank !== undefined && text.trim() === '') return { value: null };
      const read = parse(text);
      return typeof read === 'number' ? { value: read } : { problem: read };
    },
    take: set,
    hold: hold ?? (() => (at) => set(value, at)),
    kept,
  });
  const problem = draft.problem ?? fault;
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <span class="number">
        <input
          type="text"
          role="spinbutton"
          inputMode="decimal"
          class="input"
          value={draft.text ?? (value === null ? '' : format(value))}
          placeholder={placeholder}
          disabled={disabled}
          aria-valuenow={value ?? undefined}
          aria-valuemin={Number.isFinite(min) ? min : undefined}
          aria-valuemax={Number.isFinite(max) ? max : undefined}
          aria-invalid={problem !== null}
          data-own-undo={draft.problem === null ? undefined : ''}
          aria-describedby={problem === null ? undefined : id}
          autocomplete="off"
          data-testid={testId}
          onInput={(event) => draft.type(event.currentTarget.value, event.timeStamp)}
          onKeyDown={(event) => {
            // Left, right, Home and End move in the text, as in any field.
            if (/^(ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) return;
            const next = valueForKey(event.key, value ?? Math.max(0, min), { min, max, arrow, page });
            if (next !== undefined) {
              event.preventDefault();
              draft.drop();
              onValue(next, event.timeStamp);
            } else if (event.key === 'Enter') draft.leave();
            else if (event.key === 'Escape') draft.drop();
          }}
          onBlur={draft.leave}
        />
        {unit !== undefined && <span class="unit">{unit}</span>}
      </span>
      {problem !== null && (
        <span class="field-problem" role="alert" id={id} data-testid={testId && `${testId}-problem`}>
          {problem}
        </span>
      )}
    </label>
  );
}
