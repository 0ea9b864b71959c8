import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { shownColumnNames } from '../state/layer-list';
import { columns as choice } from '../state/session';
import { Checkbox } from '../ui/checkbox';
import { Icon } from '../ui/icon';
import { LinkButton } from '../ui/link';
import { COLUMN_WORDS, HIDEABLE, NO_CHOICE, toggled } from './columns';

/** The columns to choose from. */
export function ColumnMenu() {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      if (menu.current && !(event.target instanceof Node && menu.current.contains(event.target)))
        menu.current.open = false;
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, []);
  const shown = shownColumnNames.value;
  return (
    <details
      class="column-menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        menu.current.open = false;
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary aria-label={t('Columns')} title={t('Columns')} data-testid="columns">
        <Icon name="settings-gear" />
      </summary>
      <div class="column-list">
        {HIDEABLE.map((column) => (
          <Checkbox
            key={column}
            checked={shown.includes(column)}
            onToggle={() => (choice.value = toggled(choice.peek(), shown, column))}
            testId={`column-${column}`}
          >
            {COLUMN_WORDS[column].text}
          </Checkbox>
        ))}
        <LinkButton onPress={() => (choice.value = NO_CHOICE)} testId="columns-reset">
          {t('Those that fit')}
        </LinkButton>
      </div>
    </details>
  );
}
