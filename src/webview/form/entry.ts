import type { ComponentType } from 'preact';
import type { DocsPage } from '../../protocol/docs';
import type { Complaint } from '../../protocol/errors';
import type { Field } from '../../protocol/fields';
import type { Json, JsonObject } from '../../protocol/json';
import { sentence } from '../ui/sentence';
import type { KeptText } from '../ui/kept-text';
import { inside } from './complaint';
import type { Starts } from './values';

/** A value that a person can pick. Null: nobody can, and the text says why. */
export interface Offer {
  readonly value: string | number | null;
  readonly text: string;
}

/** The context of all fields of a form. */
export interface FormContext {
  /** The start of the test ids of its controls. */
  id: string;
  /** The names that a field of names offers: layers with weights, or columns. */
  layers: readonly string[];
  starts: Starts;
  /** The fault of the form's value, with the place relative to that value; null: none. */
  complaint: Complaint | null;
  /** Keeps wrong texts of the fields of the form while it is away, by test id and label. */
  kept?: ((id: string, label: string) => KeptText) | undefined;
  /** Values that a control offers in a list, by its test id. */
  offers?: Readonly<Record<string, readonly Offer[]>> | undefined;
  /** Opens a page of the documentation; without it no field has a link. */
  openPage?: ((page: DocsPage) => void) | undefined;
}

/** The properties of a control; a value of undefined removes the field. */
export interface EntryProps {
  field: Field;
  value: Json | undefined;
  context: FormContext;
  onChange: (value: Json | undefined) => void;
}

/** The properties of the component that shows the fields of an object. */
export interface FieldsProps {
  fields: readonly Field[];
  value: JsonObject;
  context: FormContext;
  onChange: (value: JsonObject) => void;
}

/** The properties of a control that contains fields: also the components that show a field and an object. */
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

/** The fault of the value or of a part of it, as a sentence; null if it is valid. */
export const anyProblem = ({ complaint }: FormContext): string | null =>
  complaint ? sentence(complaint.message) : null;

/** The fault of the value itself, as a sentence; null if it is valid, or if only a part of it is not. */
export const ownProblem = ({ complaint }: FormContext): string | null =>
  complaint?.at.length === 0 ? sentence(complaint.message) : null;
