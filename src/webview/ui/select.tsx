import { useId } from 'preact/hooks';

/** A choice of a few values by name. Native, because a screen reader's form mode cannot reach the toolkit's list. */
export function Select<T extends string>({
  label,
  value,
  options,
  onSelect,
  disabled,
  problem = null,
  testId,
}: {
  label: string;
  value: T;
  options: readonly { value: T; text: string; disabled?: boolean }[];
  onSelect: (value: T, at: number) => void;
  disabled?: boolean | undefined;
  /** One sentence; null: valid. */
  problem?: string | null;
  testId?: string | undefined;
}) {
  const id = useId();
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select
        class="select"
        value={value}
        disabled={disabled}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : id}
        data-testid={testId}
        onChange={(event) => {
          const chosen = options[event.currentTarget.selectedIndex];
          if (chosen) onSelect(chosen.value, event.timeStamp);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.text}
          </option>
        ))}
      </select>
      {problem !== null && (
        <span class="field-problem" role="alert" id={id} data-testid={testId && `${testId}-problem`}>
          {problem}
        </span>
      )}
    </label>
  );
}
