/** A button in the form of a link. */
export function LinkButton({
  children,
  onPress,
  testId,
  label,
  title,
  disabled,
}: {
  children: string;
  onPress: (at: number) => void;
  testId?: string | undefined;
  label?: string | undefined;
  title?: string | undefined;
  disabled?: boolean | undefined;
}) {
  return (
    <button
      type="button"
      class="link"
      aria-label={label}
      title={title}
      disabled={disabled}
      data-testid={testId}
      onClick={(event) => onPress(event.timeStamp)}
    >
      {children}
    </button>
  );
}
