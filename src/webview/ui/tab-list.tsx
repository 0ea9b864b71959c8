import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { rowForKey } from '../layers/window';
import { panelId, tabId } from './tab-id';

/** One tab; `note`: a few characters behind its title; `busy`: work goes on in it. */
export interface Tab<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly note?: string | undefined;
  readonly busy?: boolean | undefined;
}

/** A strip of tabs. Arrow keys, Home and End choose; the chosen one is scrolled into the strip. */
export function TabList<Name extends string>({
  label,
  tabs,
  chosen,
  onChoose,
}: {
  label: string;
  tabs: readonly Tab<Name>[];
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  const strip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [box, at] = [strip.current, strip.current?.querySelector<HTMLElement>('[aria-selected="true"]')];
    if (!box || !at) return;
    // Only the strip scrolls, not the page.
    const end = at.offsetLeft + at.offsetWidth - box.clientWidth;
    if (at.offsetLeft < box.scrollLeft) box.scrollLeft = at.offsetLeft;
    else if (end > box.scrollLeft) box.scrollLeft = end;
  }, [chosen]);
  return (
    <div
      class="tab-strip"
      role="tablist"
      aria-label={label}
      ref={strip}
      onKeyDown={(event) => {
        if (!/^(ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) return;
        const key = event.key.replace('Left', 'Up').replace('Right', 'Down');
        const at = tabs.findIndex(({ name }) => name === chosen);
        const next = tabs[rowForKey(key, at, tabs.length, 1) ?? at];
        if (!next) return;
        event.preventDefault();
        onChoose(next.name);
        document.getElementById(tabId(next.name))?.focus();
      }}
    >
      {tabs.map(({ name, title, note, busy }) => (
        <button
          key={name}
          type="button"
          role="tab"
          class="tab"
          id={tabId(name)}
          aria-selected={name === chosen}
          aria-controls={panelId(name)}
          tabIndex={name === chosen ? 0 : -1}
          data-testid={tabId(name)}
          onClick={() => onChoose(name)}
        >
          {title}
          {note !== undefined && <span class="tab-note figures">{note}</span>}
          {busy === true && (
            <span class="tab-busy">
              <span class="unseen">{t('running')}</span>
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
