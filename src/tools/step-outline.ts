import { fieldsOf, type Field, type Spec } from '../protocol/fields';
import { stepDefinition, type StepName } from '../protocol/steps';

/** The options of a step in one line, as TypeScript writes types: `prune {amount: {sparsity: number} | ..., scope?: "global" | "layer"}`. */
export function stepOutline(name: StepName): string {
  const { schema, words } = stepDefinition(name);
  const fields = fieldsOf(schema).filter(({ key }) => key !== 'step');
  return `${name} ${objectText(fields)}: ${words.purpose}`;
}

const objectText = (fields: readonly Field[]): string => `{${fields.map(fieldText).join(', ')}}`;

const fieldText = ({ key, required, spec }: Field): string => `${key}${required ? '' : '?'}: ${specText(spec)}`;

function specText(spec: Spec): string {
  switch (spec.kind) {
    case 'constant':
      return JSON.stringify(spec.value);
    case 'flag':
      return 'boolean';
    case 'number':
      return 'number';
    case 'choice':
      return [...spec.options.map((option) => JSON.stringify(option)), ...(spec.open ? ['string'] : [])].join(' | ');
    case 'text':
      return 'string';
    case 'names':
      return 'string[]';
    case 'numbers':
      return 'number[]';
    case 'object':
      return objectText(spec.fields);
    case 'record':
      return `{[name]: ${specText(spec.value)}}`;
    case 'union':
      return spec.variants.map(({ spec: variant }) => specText(variant)).join(' | ');
  }
}
