import { useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { Select } from '../ui/select';
import { ownProblem, type EntryProps, type Offer } from './entry';
import { TextEntry } from './text-entry';

const NONE = '';
const OTHER = '\u0000other';

const keyOf = ({ value }: Pick<Offer, 'value'>): string => JSON.stringify(value);

/** A value from a list that was made for this model, or another one as text. */
export function OfferEntry(props: EntryProps & { offers: readonly Offer[] }) {
  const { field, value, context, onChange, offers } = props;
  const now = typeof value === 'string' || typeof value === 'number' ? value : NONE;
  const offered = offers.some((one) => one.value === now);
  const [writing, setWriting] = useState(false);
  const isText = typeof now === 'string' && now !== NONE && !offered;
  const open = writing || isText;
  // A number that is not in the list stays in sight, with its fault.
  const lost = typeof now === 'number' && !offered;
  const fault = now === NONE ? t('Choose one of the list.') : lost ? t('There is no such epoch: choose another.') : ownProblem(context); // prettier-ignore
  return (
    <>
      <Select
        label={field.label}
        value={open ? OTHER : now === NONE ? NONE : keyOf({ value: now })}
        options={[
          ...(now === NONE ? [{ value: NONE, text: t('Choose\u2026') }] : []),
          ...(lost ? [{ value: keyOf({ value: now }), text: t('Epoch {0}', now) }] : []),
          ...offers.map((one) => ({ value: keyOf(one), text: one.text, disabled: one.value === null })),
          { value: OTHER, text: t('Another checkpoint\u2026') },
        ]}
        onSelect={(next) => {
          setWriting(next === OTHER);
          const chosen = offers.find((one) => keyOf(one) === next);
          if (chosen && chosen.value !== null) onChange(chosen.value);
          else if (next === OTHER) onChange(isText ? now : NONE);
        }}
        problem={open ? null : fault}
        testId={context.id}
      />
      {open && (
        <TextEntry
          field={field}
          value={value}
          context={{ ...context, id: `${context.id}-other` }}
          onChange={onChange}
          placeholder={t('path of a checkpoint')}
        />
      )}
    </>
  );
}
