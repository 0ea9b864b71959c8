import { useId } from 'preact/hooks';
import { type EntryProps, ownProblem } from './entry';

/** A line of text; empty means the default, or none. Invalid text stays, with the reason below. */
export function TextEntry({ field, value, context, onChange, placeholder }: EntryProps & { placeholder: string }) {
  const id = useId();
  const problem = ownProblem(context);
  return (
    <label class="field">
      <span class="field-label">{field.label}</span>
      <input
        type="text"
        class="input"
        value={typeof value === 'string' ? value : ''}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : id}
        data-testid={context.id}
        onInput={(event) => {
          const text = event.currentTarget.value;
          onChange(text === '' && !field.required ? undefined : text);
        }}
      />
      {problem !== null && (
        <span class="field-problem" role="alert" id={id} data-testid={`${context.id}-problem`}>
          {problem}
        </span>
      )}
    </label>
  );
}
