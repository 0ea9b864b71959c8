import { useId, useLayoutEffect } from 'preact/hooks';
import { useInnerTestId } from './inner-test-id';

/** A line of text. Invalid text stays, with its fault below. */
export function TextField({
  label,
  value,
  placeholder,
  disabled,
  problem = null,
  onText,
  onEnter,
  testId,
}: {
  label: string;
  value: string;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
  /** One sentence; null: valid. */
  problem?: string | null;
  onText: (text: string) => void;
  onEnter?: () => void;
  testId?: string | undefined;
}) {
  const id = useId();
  const element = useInnerTestId('input', testId);
  useLayoutEffect(() => {
    const inner = element.current?.shadowRoot?.querySelector('input');
    inner?.setAttribute('aria-invalid', String(problem !== null));
    // An id cannot refer to a text outside of the element's own tree.
    if (problem === null) inner?.removeAttribute('aria-description');
    else inner?.setAttribute('aria-description', problem);
  }, [problem]);
  return (
    <div class="field">
      <vscode-text-field
        ref={element}
        class={problem === null ? 'text-field' : 'text-field invalid'}
        value={value}
        placeholder={placeholder ?? ''}
        disabled={disabled ?? false}
        spellcheck={false}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.();
        }}
        onInput={(event) => {
          const text = event.currentTarget && 'value' in event.currentTarget ? event.currentTarget.value : undefined;
          if (typeof text === 'string') onText(text);
        }}
      >
        {label}
      </vscode-text-field>
      {problem !== null && (
        <span
          class="field-problem"
          role="alert"
          id={id}
          data-testid={testId === undefined ? undefined : `${testId}-problem`}
        >
          {problem}
        </span>
      )}
    </div>
  );
}
