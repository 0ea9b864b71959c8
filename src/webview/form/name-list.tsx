import { useId, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { Icon } from '../ui/icon';
import { anyProblem, type EntryProps } from './entry';

/** A list of names: each can be removed, and a line adds another. It suggests names of layers. */
export function NameList({ field, value, context, onChange }: EntryProps) {
  const id = useId();
  const problem = anyProblem(context);
  const [draft, setDraft] = useState('');
  const names = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  const set = (next: string[]) => onChange(next.length > 0 || field.required ? next : undefined);
  const add = (name: string) => {
    const text = name.trim();
    setDraft('');
    if (text !== '' && !names.includes(text)) set([...names, text]);
  };
  return (
    <div class="field" role="group" aria-label={field.label}>
      <label class="field">
        <span class="field-label">{field.label}</span>
        <input
          type="text"
          class="input"
          list={`${context.id}-offered`}
          value={draft}
          placeholder={field.blank ?? t('add a name, * for any characters')}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== null}
          data-own-undo={draft === '' ? undefined : ''}
          aria-describedby={problem === null ? undefined : id}
          data-testid={context.id}
          onInput={(event) => {
            const text = event.currentTarget.value;
            // A name from the list is added at once.
            if (context.layers.includes(text) && event.inputType !== 'insertText') add(text);
            else setDraft(text);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add(event.currentTarget.value);
          }}
          onBlur={(event) => add(event.currentTarget.value)}
        />
        {problem !== null && (
          <span class="field-problem" role="alert" id={id} data-testid={`${context.id}-problem`}>
            {problem}
          </span>
        )}
      </label>
      <datalist id={`${context.id}-offered`}>
        {context.layers.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {names.length > 0 && (
        <ul class="plan-items" aria-label={field.label}>
          {names.map((name) => (
            <li key={name} class="plan-item">
              <span class="tensor-name">{name}</span>
              <button
                type="button"
                class="plan-reset"
                aria-label={t('Remove {0}', name)}
                title={t('Remove')}
                onClick={() => set(names.filter((each) => each !== name))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
