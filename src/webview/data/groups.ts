import { t, translated } from '../../protocol/l10n';
import { recognizedOptions } from '../../protocol/data-options';
import type { DataDescription } from '../../protocol/data-description';
import { DataFormat, DatasetDescriptor } from '../../protocol/dataset';
import { fieldsOf, onlyField, type Field, type Spec } from '../../protocol/fields';
import { count } from '../../protocol/format';
import { isObject, type Json, type JsonObject } from '../../protocol/json';
import type { ModelEnds } from '../../protocol/model';
import { CONVENTIONS, IMAGENET, normalizationName } from '../../protocol/normalization';
import { translatedFields } from '../form/translated-fields';
import { TASK_WORDS, TaskName } from '../../protocol/task';

/** Some fields of the form. */
export interface FieldGroup {
  readonly title: string;
  /** The keys that lead to the option that holds them; empty: they are options themselves. */
  readonly within: readonly string[];
  readonly fields: readonly Field[];
}

/** What the form knows of the data. */
export interface KnownData {
  /** What is recognized without options; null: nothing. */
  readonly recognized: DataDescription | null;
  /** What is seen with the options; null: the data cannot be read with them. */
  readonly description: DataDescription | null;
  /** The names of the columns of a table. */
  readonly columns: readonly string[];
  /** The inputs and outputs of the model that needs the data; undefined: not known. */
  readonly ends?: ModelEnds | undefined;
}

const FIELDS = translatedFields(fieldsOf(DatasetDescriptor));

type Words = Readonly<Record<string, string>>;

/** The formats in words. */
const FORMAT_WORDS: Readonly<Record<DataFormat, string>> = {
  images: t('folders of pictures'),
  idx: t('IDX files'),
  npy: t('arrays of NumPy'),
  table: t('table (CSV, TSV)'),
  parquet: t('Parquet files'),
  cifar: t('binary files of CIFAR-10'),
};

/** The groups of the form for some data. Those that cannot apply are left out, unless an option of theirs is set. */
export function formGroups(data: KnownData, options: JsonObject): readonly FieldGroup[] {
  const { recognized, description, columns } = data;
  const seen = recognized ?? description;
  const all = seen ? recognizedOptions(seen) : {};
  // What is seen with options tells what is recognized for the others.
  const known = recognized ? all : Object.fromEntries(Object.entries(all).filter(([key]) => !(key in options)));
  const arePictures = seen ? seen.shape.length > 1 : columns.length === 0;
  const isSet = (...keys: string[]): boolean => keys.some((key) => key in options);
  const groups = [
    taskGroup(known),
    ...(columns.length > 0 || isSet('columns') ? [columnGroup(data, known)] : []),
    ...endGroups(data, options),
    ...('validationExamples' in known || isSet('validationExamples', 'splitSeed') ? [heldOutGroup(known)] : []),
    ...(arePictures || isSet('preprocess') ? [pictureGroup()] : []),
    ...(arePictures || isSet('normalization') ? [normalizationGroup()] : []),
  ];
  return groups.filter(({ fields }) => fields.length > 0);
}

/** The options that always have a field when they are set. */
const ALWAYS: readonly PropertyKey[] = [
  ...['task', 'loss', 'format', 'classNames', 'validationExamples', 'splitSeed', 'preprocess', 'normalization'],
  ...['inputs', 'outputs'],
];

/** True if the form has a field for the option at a place. */
export const hasField = (
  [key = '']: readonly PropertyKey[],
  columns: readonly string[],
  options: JsonObject,
): boolean => (key === 'columns' ? columns.length > 0 || 'columns' in options : ALWAYS.includes(key) && key in options);

const taskGroup = (known: JsonObject): FieldGroup => ({
  ...{ title: t('Task'), within: [] },
  fields: [
    option('task', { spec: choice(TaskName.options, TASK_WORDS), blank: recognizedWords(known['task'], TASK_WORDS) }),
    option('loss', { blank: t('By model or task') }),
    option('format', {
      ...{ label: t('Format'), help: t('How the data lies in files.') },
      ...{ spec: choice(DataFormat.options, FORMAT_WORDS), blank: recognizedWords(known['format'], FORMAT_WORDS) },
    }),
  ].flat(),
});

function columnGroup({ columns }: KnownData, known: JsonObject): FieldGroup {
  const roles = isObject(known['columns']) ? known['columns'] : {};
  const one = { spec: choice(columns, {}) };
  return {
    ...{ title: t('Columns'), within: ['columns'] },
    fields: parts('columns').map((field) => {
      const blank = recognizedWords(roles[field.key], {}, t('None'));
      if (field.key === 'targets')
        return { ...field, label: t('Several targets'), spec: { kind: 'names' }, blank: t('add a column') };
      if (field.key === 'features') return { ...field, spec: { kind: 'names' }, blank: t('add a column') };
      if (field.key === 'header')
        return { ...field, label: t('The first row names the columns'), help: '', fallback: roles['header'] };
      return { ...field, ...one, blank: field.key === 'target' ? recognizedWords(roles[field.key]) : blank };
    }),
  };
}

/**
 * The fields of data for a model with several inputs or outputs: an array for each input, and what is known of each output.
 * The model names them; what is set for others keeps its fields.
 */
function endGroups({ description, recognized, ends }: KnownData, options: JsonObject): FieldGroup[] {
  const arrays = ((description ?? recognized)?.arrays ?? []).map(({ name }) => name);
  const namesOf = (key: 'inputs' | 'outputs'): string[] => {
    const set = options[key];
    return [
      ...new Set([...(arrays.length > 0 ? (ends?.[key] ?? []) : []), ...(isObject(set) ? Object.keys(set) : [])]),
    ];
  };
  const array = (name: string): Pick<Field, 'spec' | 'blank'> => ({
    spec: choice(arrays, {}, true),
    blank: arrays.includes(name) ? t('The array {0}', name) : t('None has its name'),
  });
  const [inputs, outputs] = [namesOf('inputs'), namesOf('outputs')];
  return [
    ...(inputs.length > 0
      ? [
          {
            ...{ title: t('Inputs'), within: ['inputs'] },
            fields: inputs.map((name) => ({
              ...onlyField(name, name, { kind: 'text' }),
              ...array(name),
              ...{ required: false, help: t('The array that enters here.') },
            })),
          },
        ]
      : []),
    ...outputs.map((name) => ({
      ...{ title: t('Output {0}', name), within: ['outputs', name] },
      fields: itemParts('outputs').map((field) => ({ ...field, ...outputLook(field.key, array(name)) })),
    })),
  ];
}

/** The look of a field of an output. @param array that of the array of its targets */
function outputLook(key: string, array: Pick<Field, 'spec' | 'blank'>): Partial<Field> {
  switch (key) {
    case 'target':
      return { ...array, label: t('Targets') };
    case 'task':
      return { spec: choice(TaskName.options, TASK_WORDS), blank: t('By model or targets') };
    case 'loss':
      return { blank: t('By model or task') };
    case 'weight':
      return { blank: t('By model, or 1') };
    default:
      return {};
  }
}

const heldOutGroup = (known: JsonObject): FieldGroup => ({
  ...{ title: t('Held-out examples'), within: [] },
  fields: [
    option('validationExamples', {
      ...{
        label: t('Examples for validation'),
        help: t('Held out of the training part, as there is no validation part.'),
      },
      blank: typeof known['validationExamples'] === 'number' ? count(known['validationExamples']) : '',
    }),
    option('splitSeed', { label: t('Seed'), help: t('Decides which examples are held out.'), blank: '0' }),
  ].flat(),
});

const USUAL: Words = {
  resize: t('As usual: stretch'),
  method: t('As usual: bilinear'),
  color: t('As the model takes it'),
  convention: t('None'),
};

const pictureGroup = (): FieldGroup => ({
  ...{ title: t('Pictures'), within: ['preprocess'] },
  fields: parts('preprocess').map((field) =>
    field.key === 'size'
      ? { ...field, label: t('Height and width'), help: t('In pixels.'), blank: t('as the model takes it') }
      : { ...field, blank: USUAL[field.key] ?? t('Default') },
  ),
});

const normalizationGroup = (): FieldGroup => ({
  ...{ title: t('Normalization'), within: [] },
  fields: option('normalization', {
    help: t('How pixels enter the network: a name, or MEAN/STD of pixels divided by 255, such as 0.2860/0.3530.'),
    ...{
      spec: choice([...CONVENTIONS, ...IMAGENET].map(normalizationName), {}, true),
      blank: t('Found for each model'),
    },
  }),
});

/** An option with another look; none where this version does not know it. */
const option = (key: string, look: Partial<Field>): Field[] =>
  FIELDS.filter((field) => field.key === key).map((field) => ({
    ...{ ...field, spec: spelled(field.spec), advanced: false },
    ...look,
  }));

/** The fields within an option. */
const parts = (key: string): Field[] =>
  FIELDS.filter((field) => field.key === key).flatMap(({ spec }) =>
    spec.kind === 'object' ? spec.fields.map((field) => ({ ...field, advanced: false })) : [],
  );

/** The fields of each entry of an option that is a record. */
const itemParts = (key: string): Field[] =>
  FIELDS.filter((field) => field.key === key).flatMap(({ spec }) =>
    spec.kind === 'record' && spec.value.kind === 'object'
      ? spec.value.fields.map((field) => ({ ...field, spec: spelled(field.spec), advanced: false }))
      : [],
  );

const choice = (options: readonly string[], words: Words, open = false): Spec => ({
  ...{ kind: 'choice', options, open, suggestions: [] },
  labels: Object.fromEntries(options.map((each) => [each, capital(words[each] ?? each, words)])),
});

/** Names of columns stay as they are. */
const capital = (text: string, words: Words): string =>
  Object.keys(words).length === 0 ? text : translated(text.charAt(0).toUpperCase() + text.slice(1));

/** The names of losses with spaces: `mean_squared_error` -> `Mean squared error`. */
const spelled = (spec: Spec): Spec =>
  spec.kind === 'choice'
    ? choice(spec.options, Object.fromEntries(spec.options.map((each) => [each, each.replaceAll('_', ' ')])), spec.open)
    : spec;

const recognizedName = (value: string | number, words: Words): string | number => {
  const word = words[value];
  return word === undefined ? value : translated(word);
};

/** What stands for an option that is left open. */
function recognizedWords(value: Json | undefined, words: Words = {}, otherwise = t('By content')): string {
  return typeof value === 'string' || typeof value === 'number'
    ? t('Recognized: {0}', recognizedName(value, words))
    : otherwise;
}
