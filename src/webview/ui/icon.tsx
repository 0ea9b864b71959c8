import { ICONS, type IconName } from './icons';

/** A codicon beside its text, hidden from screen readers. */
export function Icon({ name, slot }: { name: IconName; slot?: 'start' }) {
  return (
    <span class="icon" aria-hidden="true" slot={slot}>
      {ICONS[name]}
    </span>
  );
}
