/** A choice of two or three views, side by side. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onSelect,
  testId,
}: {
  label: string;
  value: T;
  options: readonly { value: T; text: string }[];
  onSelect: (value: T) => void;
  testId: string;
}) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class="segment"
          aria-pressed={option.value === value}
          data-testid={`${testId}-${option.value}`}
          onClick={() => onSelect(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
