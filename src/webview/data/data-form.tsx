import { t } from '../../protocol/l10n';
import { withColumnNames } from '../../protocol/data-options';
import { isObject, partAt, withPart, type JsonObject } from '../../protocol/json';
import { inside } from '../form/complaint';
import type { FormContext } from '../form/entry';
import { ObjectFields } from '../form/field-view';
import { asShown } from './changes';
import { ClassEditor } from './class-editor';
import { formGroups, type FieldGroup } from './groups';
import { NormalizationTrial } from './normalization-trial';
import { change, complaint, options, review } from './state';

/** The form that corrects what was recognized. */
export function DataForm() {
  const now = options.value;
  const seen = review.answer.value;
  if (!now || !seen) return null;
  const { recognized, columns, description, ends } = seen;
  const value = withColumnNames(asShown(now), columns);
  const classes = description?.classes ?? recognized?.classes ?? [];
  return (
    <section class="section data-form" aria-labelledby="form-title" data-testid="data-form">
      <h2 id="form-title">{t('Options')}</h2>
      {formGroups({ recognized, description, columns, ends }, now).map((group) => (
        <Group key={group.title} group={group} value={value} columns={columns} />
      ))}
      {(classes.length > 0 || 'classNames' in now) && <ClassEditor classes={classes} />}
    </section>
  );
}

function Group({ group, value, columns }: { group: FieldGroup; value: JsonObject; columns: readonly string[] }) {
  const { title, within, fields } = group;
  const context: FormContext = {
    id: ['data', ...within].join('-'),
    layers: columns,
    starts: () => undefined,
    complaint: within.reduce(inside, complaint.value),
  };
  const part = partAt(value, within);
  return (
    <fieldset class="form-part data-group">
      <legend>{title}</legend>
      <ObjectFields
        fields={fields}
        value={isObject(part) ? part : {}}
        context={context}
        onChange={(next) => change(within.length === 0 ? restored(next) : withPart(options.value ?? {}, within, next))}
      />
      {fields.some(({ key }) => key === 'normalization') && <NormalizationTrial />}
    </fieldset>
  );
}

/** What the form shows by another name stays as it is written, unless it was changed. */
function restored(next: JsonObject): JsonObject {
  const before = options.value ?? {};
  const shown = asShown(before);
  const { columns, normalization } = before;
  return {
    ...next,
    ...(columns === undefined ? {} : { columns }),
    ...(normalization !== undefined && next['normalization'] === shown['normalization'] ? { normalization } : {}),
  };
}
