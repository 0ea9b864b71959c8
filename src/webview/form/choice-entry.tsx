import { useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { Select } from '../ui/select';
import { valueLabel, type Spec } from '../../protocol/fields';
import { TextEntry } from './text-entry';
import { ownProblem, type EntryProps } from './entry';

const NONE = '';
const OTHER = '\u0000other';

/** A choice of a few values; with a text field if other values are allowed too. */
export function ChoiceEntry({
  field,
  spec,
  value,
  context,
  onChange,
}: EntryProps & { spec: Extract<Spec, { kind: 'choice' }> }) {
  const options = spec.open ? [...spec.options, ...spec.suggestions] : spec.options;
  const now = value ?? field.fallback;
  const text = typeof now === 'string' ? now : NONE;
  const known = options.includes(text) || text === NONE;
  const [writing, setWriting] = useState(!known);
  // A value from elsewhere, as an undo sets it, decides again.
  const [before, setBefore] = useState(text);
  if (before !== text) {
    setBefore(text);
    if (!known) setWriting(true);
  }
  const optional = !field.required && field.fallback === undefined;
  return (
    <>
      <Select
        label={field.label}
        value={writing || !known ? OTHER : text}
        options={[
          ...(optional || text === NONE ? [{ value: NONE, text: field.blank ?? t('Default') }] : []),
          ...options.map((option) => ({ value: option, text: valueLabel(spec, option) })),
          ...(spec.open ? [{ value: OTHER, text: t('Other…') }] : []),
        ]}
        onSelect={(next) => {
          setWriting(next === OTHER);
          if (next !== OTHER) onChange(next === NONE ? undefined : next);
        }}
        problem={writing ? null : ownProblem(context)}
        testId={context.id}
      />
      {writing && (
        <TextEntry
          field={field}
          value={value}
          context={{ ...context, id: `${context.id}-other` }}
          onChange={onChange}
          placeholder=""
        />
      )}
    </>
  );
}
