import { DatasetDescriptor, NO_DATASET, Split } from '../../../src/protocol/dataset';
import { fieldsOf, valueLabel, type Field, type Spec } from '../../../src/protocol/fields';
import { SensitivityOptions } from '../../../src/protocol/measure/sensitivity';
import { METRICS } from '../../../src/protocol/metric';
import { NORMALIZATION_FORMS } from '../../../src/protocol/normalization';
import { stepDefinition, stepNames } from '../../../src/protocol/steps';
import { ARCHITECTURES } from '../../../src/protocol/steps/architecture';
import { TASK_WORDS } from '../../../src/protocol/task';
import { tools } from '../../../src/tools/list';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function textsOfSpec(spec: Spec): string[] {
  switch (spec.kind) {
    case 'choice':
      return [
        ...spec.options.map((option) => valueLabel(spec, option).replaceAll('_', ' ')),
        ...Object.values(spec.about ?? {}),
      ];
    case 'object':
      return spec.fields.flatMap(textsOfField);
    case 'record':
      return textsOfSpec(spec.value);
    case 'union':
      return spec.variants.flatMap(({ label, spec: inner }) => [label, ...textsOfSpec(inner)]);
    default:
      return [];
  }
}

const textsOfField = ({ key, label, help, unit = '', spec }: Field): string[] =>
  // A form does not show the name of the step in it.
  key === 'step' ? [] : [label, help, unit, ...textsOfSpec(spec)].filter((text) => text !== '');

/** The English texts of schemas and tables of the protocol, which host and page translate where they show them. */
export const schemaTexts = (): string[] => [
  ...stepNames.flatMap((name) => {
    const { schema, words } = stepDefinition(name);
    const { title, running, purpose, when, verb, past } = words;
    return [title, running, purpose, when, past, `${verb} {0}`, ...fieldsOf(schema).flatMap(textsOfField)];
  }),
  // A job without steps.
  'Run {0}',
  ...[DatasetDescriptor, SensitivityOptions].flatMap((schema) => fieldsOf(schema).flatMap(textsOfField)),
  ...Object.values(ARCHITECTURES).map(({ purpose }) => purpose),
  ...Object.values(METRICS).flatMap(({ title, words, meaning }) => [title, words, meaning]),
  ...Object.values(TASK_WORDS).flatMap((words) => [words, capital(words)]),
  ...Split.options.flatMap((split) => [split, `${split} {0}`, `{0}, ${split}`, `{0} ${split} examples`]),
  ...tools.map(({ title }) => title),
  // Samples of tasks that are no examples.
  ...['{0} pixels', '{0} steps'],
  ...[NO_DATASET, NORMALIZATION_FORMS],
];
