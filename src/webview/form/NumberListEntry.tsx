import { useId, useState } from 'preact/hooks';
import type { EntryProps } from './FieldView';
import { labelOf } from './hints';
import type { NumberSpec } from './spec';
import { parseNumber } from './values';

/** Several numbers in one line, with commas or spaces between. */
export function NumberListEntry({ field, item, value, context, onChange }: EntryProps & { item: NumberSpec }) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = value ?? field.fallback;
  const parsed = draft === null ? [] : parseAll(draft, item);
  const problem = parsed.find((each) => typeof each === 'string');
  return (
    <label class="field">
      <span class="field-label">{labelOf(field.key)}</span>
      <input
        type="text"
        class="input"
        value={draft ?? (Array.isArray(shown) ? shown.filter((each) => typeof each === 'number').join(', ') : '')}
        autocomplete="off"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : id}
        data-testid={context.id}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setDraft(text);
          const numbers = parseAll(text, item);
          if (numbers.length === 0) onChange(undefined);
          else if (numbers.every((each) => typeof each === 'number')) onChange(numbers);
        }}
        onBlur={() => setDraft(null)}
      />
      {problem !== undefined && (
        <span class="field-problem" role="alert" id={id}>
          {problem}
        </span>
      )}
    </label>
  );
}

const parseAll = (text: string, item: NumberSpec): (number | string)[] =>
  text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => parseNumber(item, part));
