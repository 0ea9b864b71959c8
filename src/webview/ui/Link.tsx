/** A button that reads as part of a sentence. */
export function LinkButton({
  children,
  onPress,
  testId,
  label,
  disabled,
}: {
  children: string;
  onPress: (at: number) => void;
  testId?: string | undefined;
  label?: string | undefined;
  disabled?: boolean | undefined;
}) {
  return (
    <button
      type="button"
      class="link"
      aria-label={label}
      disabled={disabled}
      data-testid={testId}
      onClick={(event) => onPress(event.timeStamp)}
    >
      {children}
    </button>
  );
}
