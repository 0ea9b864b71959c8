import { useInnerTestId } from './innerTestId';

/** A line of text. */
export function TextField({
  label,
  value,
  placeholder,
  disabled,
  onText,
  testId,
}: {
  label: string;
  value: string;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
  onText: (text: string) => void;
  testId?: string | undefined;
}) {
  return (
    <vscode-text-field
      ref={useInnerTestId('input', testId)}
      class="text-field"
      value={value}
      placeholder={placeholder ?? ''}
      disabled={disabled ?? false}
      spellcheck={false}
      onInput={(event) => {
        const text = event.currentTarget && 'value' in event.currentTarget ? event.currentTarget.value : undefined;
        if (typeof text === 'string') onText(text);
      }}
    >
      {label}
    </vscode-text-field>
  );
}
