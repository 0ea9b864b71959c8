import type { ComponentType } from 'preact';
import type { Complaint } from '../../protocol/errors';
import type { Field } from '../../protocol/fields';
import type { Json, JsonObject } from '../../protocol/json';
import { sentence } from '../ui/sentence';
import { inside } from './complaint';

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

/** What each control is given; undefined as value takes the field away. */
export interface EntryProps {
  field: Field;
  value: Json | undefined;
  context: FormContext;
  onChange: (value: Json | undefined) => void;
}

/** What shows the fields of an object is given. */
export interface FieldsProps {
  fields: readonly Field[];
  value: JsonObject;
  context: FormContext;
  onChange: (value: JsonObject) => void;
}

/** What a control with fields within it is given: also what shows a field, and the fields of an object. */
export interface NestedProps extends EntryProps {
  View: ComponentType<EntryProps>;
  Fields: ComponentType<FieldsProps>;
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
