import type { Complaint } from '../../protocol/errors';
import { sentence } from '../logic/sentence';
import { Fold } from '../ui/Fold';
import { inside } from './complaint';
import { FieldView } from './FieldView';
import { withKey, type JsonObject } from '../../protocol/json';
import type { Field } from '../../protocol/fields';

/** What the fields of a form share. */
export interface FormContext {
  /** Begins the test ids of its controls. */
  id: string;
  /** Layers of the model that have weights. */
  layers: readonly string[];
  starts: (key: string) => number | undefined;
  /** What is wrong with the value that the form shows, its place counted from that value; null: nothing. */
  complaint: Complaint | null;
}

/** The context of the value under a key. */
export const within = (context: FormContext, key: string): FormContext => ({
  ...context,
  id: `${context.id}-${key}`,
  complaint: inside(context.complaint, key),
});

/** What is wrong with the value itself, as a sentence; null where it is whole, or a part of it is wrong. */
export const ownProblem = ({ complaint }: FormContext): string | null =>
  complaint?.at.length === 0 ? sentence(complaint.message) : null;

/** The fields of an object, those that are seldom set behind a fold. */
export function ObjectFields({
  fields,
  value,
  context,
  onChange,
}: {
  fields: readonly Field[];
  value: JsonObject;
  context: FormContext;
  onChange: (value: JsonObject) => void;
}) {
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
          title={`More options (${folded.length})`}
          open={folded.some(({ key }) => value[key] !== undefined)}
          testId={`${context.id}-more`}
        >
          <div class="form-fields">{views(folded)}</div>
        </Fold>
      )}
    </div>
  );
}
