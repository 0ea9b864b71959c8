import type { EntryProps } from './FieldView';
import { labelOf } from './hints';

/** A line of text; empty stands for the default, or for none. */
export function TextEntry({ field, value, context, onChange, placeholder }: EntryProps & { placeholder: string }) {
  return (
    <label class="field">
      <span class="field-label">{labelOf(field.key)}</span>
      <input
        type="text"
        class="input"
        value={typeof value === 'string' ? value : ''}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        data-testid={context.id}
        onInput={(event) => {
          const text = event.currentTarget.value;
          onChange(text === '' && !field.required ? undefined : text);
        }}
      />
    </label>
  );
}
