import { Checkbox } from '../ui/Checkbox';
import { isObject, type Json } from '../../protocol/json';
import { NameList } from './NameList';
import { NumberEntry } from './NumberEntry';
import { NumberListEntry } from './NumberListEntry';
import { ChoiceEntry } from './ChoiceEntry';
import { ObjectFields, type FormContext } from './ObjectFields';
import { RecordFields } from './RecordFields';
import type { Field } from '../../protocol/fields';
import { TextEntry } from './TextEntry';
import { UnionFields } from './UnionFields';
import { fallbackWords, initialObject } from './values';

/** What each control is given; undefined as value takes the field away. */
export interface EntryProps {
  field: Field;
  value: Json | undefined;
  context: FormContext;
  onChange: (value: Json | undefined) => void;
}

/** One field, with the control that its kind of value asks for, and its help below. */
export function FieldView(props: EntryProps) {
  const { field } = props;
  return (
    <div class={field.spec.kind === 'object' || field.spec.kind === 'record' ? 'form-field wide' : 'form-field'}>
      <Control {...props} />
      {field.spec.kind !== 'object' && <Help text={field.help} />}
    </div>
  );
}

const Help = ({ text }: { text: string }) => (text === '' ? null : <p class="form-help small quiet">{text}</p>);

function Control(props: EntryProps) {
  const { field, value, context, onChange } = props;
  const { spec, label } = field;
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
      return <RecordFields {...props} item={spec.value} />;
    case 'union':
      return <UnionFields {...props} spec={spec} />;
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
          <Help text={field.help} />
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
