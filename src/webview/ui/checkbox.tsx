/** A checkbox with its label. */
export function Checkbox({
  children,
  checked,
  onToggle,
  testId,
}: {
  children: string;
  checked: boolean;
  onToggle: (checked: boolean, at: number) => void;
  testId?: string | undefined;
}) {
  return (
    <vscode-checkbox
      checked={checked}
      data-testid={testId}
      onChange={(event) => {
        const now = 'checked' in event.currentTarget! && event.currentTarget.checked === true;
        // The element also reports changes from outside; only changes by the person count.
        if (now !== checked) onToggle(now, event.timeStamp);
      }}
    >
      {children}
    </vscode-checkbox>
  );
}
