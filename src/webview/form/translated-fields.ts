import { valueLabel, type Field, type Spec } from '../../protocol/fields';
import { translated } from '../../protocol/l10n';

/**
 * Translates the words of fields that were read from a schema. Fields that are called by names from files, such as columns and
 * layers, do not pass here: a column may be called `Loss`.
 */
export const translatedFields = (fields: readonly Field[]): readonly Field[] =>
  fields.map((field) => ({
    ...field,
    label: translated(field.label),
    help: translated(field.help),
    unit: field.unit === undefined ? undefined : translated(field.unit),
    spec: translatedSpec(field.spec),
  }));

function translatedSpec(spec: Spec): Spec {
  switch (spec.kind) {
    case 'choice':
      return {
        ...spec,
        ...(spec.about
          ? { about: Object.fromEntries(Object.entries(spec.about).map(([value, line]) => [value, translated(line)])) }
          : {}),
        labels: Object.fromEntries(spec.options.map((option) => [option, translated(valueLabel(spec, option))])),
      };
    case 'object':
      return { ...spec, fields: translatedFields(spec.fields) };
    case 'record':
      return { ...spec, value: translatedSpec(spec.value) };
    case 'union':
      return {
        ...spec,
        variants: spec.variants.map(({ name, label, spec: inner }) => ({
          name,
          label: translated(label),
          spec: translatedSpec(inner),
        })),
      };
    default:
      return spec;
  }
}
