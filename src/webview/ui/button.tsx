import { Icon } from './icon';
import type { IconName } from './icons';
import { useInnerTestId } from './inner-test-id';

interface ButtonProps {
  children: string;
  onPress: (at: number, button: Element) => void;
  primary?: boolean | undefined;
  icon?: IconName | undefined;
  disabled?: boolean | undefined;
  /** The label for screen readers, if the text alone is not clear. */
  label?: string | undefined;
  title?: string | undefined;
  testId?: string | undefined;
  /** The id of the text that explains why it is disabled. */
  describedBy?: string | undefined;
}

/** A push button. `at`: the time of the press, in the clock of `performance.now()`; `button`: its own element. */
export function Button({ children, onPress, primary, icon, disabled, label, title, testId, describedBy }: ButtonProps) {
  const element = useInnerTestId('button', testId);
  return (
    <vscode-button
      appearance={primary ? 'primary' : 'secondary'}
      disabled={disabled ?? false}
      ref={element}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      {...(title === undefined ? {} : { title })}
      onClick={(event) => {
        if (!disabled && element.current) onPress(event.timeStamp, element.current);
      }}
    >
      {icon && <Icon name={icon} slot="start" />}
      {children}
    </vscode-button>
  );
}

/** A button with an icon only; `label` names its action. */
export function IconButton({
  icon,
  label,
  onPress,
  disabled = false,
  testId,
}: {
  icon: IconName;
  label: string;
  onPress: (at: number) => void;
  disabled?: boolean;
  testId?: string | undefined;
}) {
  return (
    <vscode-button
      appearance="icon"
      ref={useInnerTestId('button', testId)}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={(event) => {
        if (!disabled) onPress(event.timeStamp);
      }}
    >
      <Icon name={icon} />
    </vscode-button>
  );
}
