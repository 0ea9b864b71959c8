import { t } from '../../protocol/l10n';
import { Select } from '../ui/select';
import { isObject } from '../../protocol/json';
import { onlyField, type Spec } from '../../protocol/fields';
import { initial, variantOf } from './values';
import type { NestedProps } from './entry';

const NONE = '';

/** A value of one of several shapes: a choice of the shape, and its own fields. */
export function UnionFields({
  field,
  spec,
  value,
  context,
  onChange,
  View,
  Fields,
}: NestedProps & { spec: Extract<Spec, { kind: 'union' }> }) {
  const now = value ?? field.fallback;
  const variant = variantOf(spec, now);
  const start = (name: string) => {
    const chosen = spec.variants.find((each) => each.name === name);
    onChange(chosen && initial(chosen.spec, field.key, context.starts));
  };
  return (
    <div class="form-union" role="group" aria-label={field.label}>
      <Select
        label={field.label}
        value={variant?.name ?? NONE}
        options={[
          ...(field.required && variant ? [] : [{ value: NONE, text: t('None') }]),
          ...spec.variants.map(({ name, label }) => ({ value: name, text: label })),
        ]}
        onSelect={start}
        testId={context.id}
      />
      {variant?.spec.kind === 'object' ? (
        <Fields fields={variant.spec.fields} value={isObject(now) ? now : {}} context={context} onChange={onChange} />
      ) : (
        variant && (
          <View
            field={onlyField(variant.name, variant.label, variant.spec)}
            value={now}
            context={{ ...context, id: `${context.id}-value` }}
            onChange={onChange}
          />
        )
      )}
    </div>
  );
}
