import { useId } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { useDraft } from '../ui/use-draft';
import type { Json } from '../../protocol/json';
import type { NumberSpec } from '../../protocol/fields';
import { numberText, parseNumber } from './values';
import { anyProblem, type EntryProps } from './entry';

/** Several numbers in one line, separated by commas or spaces. */
export function NumberListEntry({ field, item, value, context, onChange }: EntryProps & { item: NumberSpec }) {
  const id = useId();
  const shown = value ?? field.fallback;
  const draft = useDraft({
    value,
    read(text): { value: Json | undefined } | { problem: string } {
      const parsed = parseAll(text, item);
      const problem = parsed.find((each) => typeof each === 'string');
      if (problem !== undefined) return { problem };
      return { value: parsed.length === 0 ? undefined : parsed };
    },
    take: onChange,
    hold: () => () => onChange(value),
    kept: context.kept?.(context.id, field.label),
  });
  const problem = draft.problem ?? anyProblem(context);
  return (
    <label class="field">
      <span class="field-label">{item.share ? t('{0}, %', field.label) : field.label}</span>
      <input
        type="text"
        class="input"
        value={
          draft.text ??
          (Array.isArray(shown)
            ? shown
                .filter((each) => typeof each === 'number')
                .map((each) => numberText(item, each))
                .join(', ')
            : '')
        }
        placeholder={field.blank}
        autocomplete="off"
        aria-invalid={problem !== null}
        data-own-undo={draft.problem === null ? undefined : ''}
        aria-describedby={problem === null ? undefined : id}
        data-testid={context.id}
        onInput={(event) => draft.type(event.currentTarget.value, event.timeStamp)}
        onBlur={draft.leave}
      />
      {problem !== null && (
        <span class="field-problem" role="alert" id={id}>
          {problem}
        </span>
      )}
    </label>
  );
}

const parseAll = (text: string, item: NumberSpec): (number | string)[] =>
  text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => parseNumber(item, part));
