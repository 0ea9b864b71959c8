import { t } from '../../protocol/l10n';
import { Fold } from '../ui/fold';
import { Checkbox } from '../ui/checkbox';
import { isObject, withKey, type Json } from '../../protocol/json';
import { within, type EntryProps, type FieldsProps } from './entry';
import { OfferEntry } from './offer-entry';
import { MoreLink } from './more-link';
import { NameList } from './name-list';
import { NumberEntry } from './number-entry';
import { NumberListEntry } from './number-list-entry';
import { ChoiceEntry } from './choice-entry';
import { RecordFields } from './record-fields';
import type { Field, Spec } from '../../protocol/fields';
import { TextEntry } from './text-entry';
import { UnionFields } from './union-fields';
import { fallbackWords, initialObject, variantOf } from './values';

/** One field with the control for its kind of value, and its help below. */
export function FieldView(props: EntryProps) {
  const { field } = props;
  return (
    <div class={field.spec.kind === 'object' || field.spec.kind === 'record' ? 'form-field wide' : 'form-field'}>
      <Control {...props} />
      {field.spec.kind !== 'object' && <Help {...props} />}
    </div>
  );
}

/** The line below a field: about the chosen value where that has one, and a link to its page. */
function Help({ field, value, context }: EntryProps) {
  const { spec, page } = field;
  const now = value ?? field.fallback;
  const text = (spec.kind === 'choice' && typeof now === 'string' ? spec.about?.[now] : undefined) ?? field.help;
  if (text === '' || (spec.kind === 'union' && isSaidInside(spec, now))) return null;
  return (
    <p class="form-help small quiet">
      {text}
      {page && <MoreLink page={page} of={field.label} open={context.openPage} testId={`${context.id}-page`} />}
    </p>
  );
}

/** Tells whether the chosen shape of a value has one field, which says itself what it is. */
function isSaidInside(spec: Extract<Spec, { kind: 'union' }>, now: Json | undefined): boolean {
  const chosen = variantOf(spec, now)?.spec;
  const fields = chosen?.kind === 'object' ? chosen.fields.filter((one) => one.spec.kind !== 'constant') : [];
  return fields.length === 1 && fields[0]?.help !== '';
}

function Control(props: EntryProps) {
  const { field, value, context, onChange } = props;
  const { spec, label } = field;
  const offers = context.offers?.[context.id];
  if (offers) return <OfferEntry {...props} offers={offers} />;
  switch (spec.kind) {
    case 'constant':
      return null;
    case 'flag':
      return (
        <Checkbox checked={(value ?? field.fallback) === true} onToggle={onChange} testId={context.id}>
          {label}
        </Checkbox>
      );
    case 'number':
      return <NumberEntry {...props} spec={spec} />;
    case 'numbers':
      return <NumberListEntry {...props} item={spec.item} />;
    case 'choice':
      return <ChoiceEntry {...props} spec={spec} />;
    case 'text':
      return <TextEntry {...props} placeholder={fallbackWords(field.fallback)} />;
    case 'names':
      return <NameList {...props} />;
    case 'record':
      return <RecordFields {...props} item={spec.value} View={FieldView} Fields={ObjectFields} />;
    case 'union':
      return <UnionFields {...props} spec={spec} View={FieldView} Fields={ObjectFields} />;
    case 'object':
      return (
        <>
          {!field.required && (
            <Checkbox
              checked={value !== undefined}
              onToggle={(on) => onChange(on ? initialObject(spec, context.starts) : undefined)}
              testId={context.id}
            >
              {label}
            </Checkbox>
          )}
          <Help {...props} />
          {(field.required || value !== undefined) && (
            <fieldset class="form-part">
              <legend class={field.required ? 'field-label' : 'unseen'}>{label}</legend>
              <ObjectFields
                fields={spec.fields}
                value={isObject(value) ? value : {}}
                context={context}
                onChange={onChange}
              />
            </fieldset>
          )}
        </>
      );
  }
}

/** The fields of an object; rarely set ones are folded away. */
export function ObjectFields({ fields, value, context, onChange }: FieldsProps) {
  const shown = fields.filter(({ spec }) => spec.kind !== 'constant');
  const folded = shown.filter(({ advanced }) => advanced);
  const views = (list: readonly Field[]) =>
    list.map((field) => (
      <FieldView
        key={field.key}
        field={field}
        value={value[field.key]}
        context={within(context, field.key)}
        onChange={(next) => onChange(withKey(value, field.key, next))}
      />
    ));
  return (
    <div class="form-fields">
      {views(shown.filter(({ advanced }) => !advanced))}
      {folded.length > 0 && (
        <Fold
          title={t('More options ({0})', folded.length)}
          open={folded.some(({ key }) => value[key] !== undefined)}
          testId={`${context.id}-more`}
        >
          <div class="form-fields">{views(folded)}</div>
        </Fold>
      )}
    </div>
  );
}
