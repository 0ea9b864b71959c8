import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icons';

/** A sentence across the page or near an action, with buttons. */
export function Notice({
  kind,
  icon,
  children,
  actions,
  testId,
  id,
}: {
  kind: 'info' | 'warning' | 'error';
  icon?: IconName;
  children: ComponentChildren;
  actions?: ComponentChildren;
  testId?: string | undefined;
  id?: string | undefined;
}) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'} id={id} data-testid={testId}>
      <Icon name={icon ?? kind} />
      <span class="notice-words">{children}</span>
      {actions !== undefined && <span class="notice-actions">{actions}</span>}
    </div>
  );
}
