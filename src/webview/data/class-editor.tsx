import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { plural } from '../../protocol/format';
import { withKey } from '../../protocol/json';
import { inside } from '../form/complaint';
import { Button, IconButton } from '../ui/button';
import { sentence } from '../ui/sentence';
import { TextField } from '../ui/text-field';
import { matchingClasses, MOST_LISTED } from './matches';
import { moved, namesInLines } from './class-names';
import { change, complaint, options } from './state';

/** From so many classes on, they can be searched. */
const MANY = 20;

/** The names of all classes in the order of the model's outputs: each can be renamed and moved. */
export function ClassEditor({ classes }: { classes: readonly string[] }) {
  const [text, setText] = useState('');
  const [asLines, setAsLines] = useState(false);
  const given = options.value?.['classNames'];
  const names = Array.isArray(given) ? given.map(String) : classes;
  const set = (next: readonly string[] | undefined) =>
    change(withKey(options.value ?? {}, 'classNames', next && [...next]));
  const fault = complaint.value && inside(complaint.value, 'classNames');
  return (
    <fieldset class="form-part data-group" data-testid="class-editor">
      <legend>{plural(names.length, 'class', 'classes')}</legend>
      <p class="form-help small quiet">
        {t('The order is that of the outputs of the model. Alt+Up and Alt+Down move a class.')}
      </p>
      {fault && fault.at.length === 0 && (
        <span class="field-problem" role="alert" data-testid="data-classNames-problem">
          {sentence(fault.message)}
        </span>
      )}
      {asLines ? (
        <Lines names={names} onNames={set} />
      ) : (
        <>
          {names.length >= MANY && (
            <div data-own-undo>
              <TextField
                label={t('Search classes')}
                value={text}
                placeholder={t('name or number')}
                onText={setText}
                testId="search"
              />
            </div>
          )}
          <List names={names} text={text} onNames={set} />
        </>
      )}
      <div class="row">
        <Button onPress={() => setAsLines(!asLines)} testId="classes-as-lines">
          {asLines ? t('Edit as List') : t('Edit as Text')}
        </Button>
        {given !== undefined && (
          <Button icon="discard" onPress={() => set(undefined)} testId="reset-classes">
            {t('Reset')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** A name on each line, so that a whole list can be pasted. */
function Lines({ names, onNames }: { names: readonly string[]; onNames: (names: readonly string[]) => void }) {
  return (
    <label class="field">
      <span class="field-label">{t('A class on each line')}</span>
      <textarea
        class="input lines"
        rows={Math.min(16, Math.max(4, names.length + 1))}
        spellcheck={false}
        data-testid="class-lines"
        onChange={(event) => onNames(namesInLines(event.currentTarget.value))}
        value={names.join('\n')}
      />
    </label>
  );
}

function List({
  names,
  text,
  onNames,
}: {
  names: readonly string[];
  text: string;
  onNames: (names: readonly string[]) => void;
}) {
  const [said, setSaid] = useState('');
  // A class stays in sight while its name is typed.
  const found = useMemo(() => matchingClasses(names, text).map(({ number }) => number), [text, names.length]);
  const left = found.length - MOST_LISTED;
  const fault = complaint.value && inside(complaint.value, 'classNames');
  const move = (number: number, by: -1 | 1, list: Element | null): void => {
    const to = number + by;
    if (to < 0 || to >= names.length) return;
    onNames(moved(names, number, to));
    setSaid(t('{0} is class {1} now.', names[number] ?? '', to));
    // The focus follows the class.
    queueMicrotask(() => list?.querySelector<HTMLElement>(`[data-class="${to}"]`)?.focus());
  };
  return (
    <>
      <ol class="class-list" data-testid="classes">
        {found.slice(0, MOST_LISTED).map((number) => {
          const name = names[number] ?? '';
          const own = fault && fault.at[0] === number ? sentence(fault.message) : null;
          return (
            <li key={number} class="class-row">
              <span class="quiet figures">{number}</span>
              <input
                type="text"
                class="input"
                value={name}
                aria-label={t('Name of class {0}', number)}
                aria-invalid={own !== null}
                autocomplete="off"
                spellcheck={false}
                data-class={number}
                data-testid={`class-${number}`}
                onInput={(event) => {
                  const typed = event.currentTarget.value;
                  onNames(names.map((each, i) => (i === number ? typed : each)));
                }}
                onKeyDown={(event) => {
                  if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
                  event.preventDefault();
                  move(number, event.key === 'ArrowUp' ? -1 : 1, event.currentTarget.closest('ol'));
                }}
              />
              <IconButton
                icon="arrow-up"
                label={t('Move {0} up', name)}
                onPress={() => move(number, -1, null)}
                testId={`class-up-${number}`}
              />
              <IconButton
                icon="arrow-down"
                label={t('Move {0} down', name)}
                onPress={() => move(number, 1, null)}
                testId={`class-down-${number}`}
              />
              {own !== null && (
                <span class="field-problem" role="alert">
                  {own}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      <p class="small quiet" role="status">
        {found.length === 0
          ? t('No class has this name.')
          : left > 0
            ? t('{0}: search for them.', plural(left, 'more class', 'more classes'))
            : ''}
      </p>
      <div class="unseen" role="status" aria-live="polite">
        {said}
      </div>
    </>
  );
}
