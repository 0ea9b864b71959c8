import { t } from '../../protocol/l10n';
import { IconButton } from '../ui/button';
import { Select } from '../ui/select';
import { isObject, withKey } from '../../protocol/json';
import { onlyField, type Spec } from '../../protocol/fields';
import { initial } from './values';
import { type NestedProps, within } from './entry';

const NONE = '';

/** Values by layer name: each with its own fields, and a list that adds another layer. */
export function RecordFields({ field, item, value, context, onChange, View }: NestedProps & { item: Spec }) {
  const record = isObject(value) ? value : {};
  const names = Object.keys(record);
  const set = (next: typeof record) => onChange(Object.keys(next).length > 0 || field.required ? next : undefined);
  const left = context.layers.filter((name) => !(name in record));
  return (
    <div class="form-record" role="group" aria-label={field.label}>
      <Select
        label={field.label}
        value={NONE}
        options={[
          { value: NONE, text: left.length > 0 ? t('Add a layer…') : t('All layers are listed') },
          ...left.map((name) => ({ value: name, text: name })),
        ]}
        onSelect={(name) => {
          if (name !== NONE) set({ ...record, [name]: initial(item, name, context.starts) });
        }}
        testId={context.id}
      />
      {names.map((name) => (
        <div key={name} class="form-entry">
          <div class="section-head">
            <span class="tensor-name">{name}</span>
            <IconButton
              icon="close"
              label={t('Remove {0}', name)}
              onPress={() => set(withKey(record, name, undefined))}
            />
          </div>
          <View
            field={onlyField('amount', t('Amount'), item)}
            value={record[name]}
            context={within(context, name)}
            onChange={(next) => set(withKey(record, name, next))}
          />
        </div>
      ))}
    </div>
  );
}
