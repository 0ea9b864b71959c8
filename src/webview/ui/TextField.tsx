import { useEffect, useRef } from 'preact/hooks';

/** A line of text. `testId` is put on the native input inside, which is what a test fills. */
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
  const field = useRef<HTMLElement>(null);
  useEffect(() => {
    const input = field.current?.shadowRoot?.querySelector('input');
    if (input && testId !== undefined) input.dataset['testid'] = testId;
  }, [testId]);
  return (
    <vscode-text-field
      ref={field}
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
