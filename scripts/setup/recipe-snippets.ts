import type { Json, JsonObject } from '../../src/protocol/json';
import { fieldsOf, type Field, type NumberSpec, type Spec } from '../../src/protocol/fields';
import { RECIPE_VERSION } from '../../src/protocol/recipe';
import { stepDefinition, type StepName } from '../../src/protocol/steps';

/** A text that VS Code offers while a person writes JSON. A string that begins with `^` is inserted without quotes. */
export interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: Json;
}

/** A whole recipe. */
export const recipeSnippet: Snippet = {
  label: 'recipe',
  description: 'A recipe with a checkpoint, data and a step.',
  body: {
    recipeVersion: RECIPE_VERSION,
    checkpoint: '${1:model.json}',
    data: '${2:fashion-mnist}',
    steps: [{ step: '${3:prune}' }],
  },
};

/** A step with the values that it needs. */
export function stepSnippet(name: StepName): Snippet {
  const { schema, words } = stepDefinition(name);
  const stop = stops();
  const fields = fieldsOf(schema).filter(({ key, required, begins }) => key !== 'step' && (required || begins));
  return { label: name, description: words.purpose, body: { step: name, ...objectOf(fields, stop) } };
}

/** Numbers the places at which a person types. */
function stops(): (text: string, quoted: boolean) => string {
  let last = 0;
  return (text, quoted) => `${quoted ? '' : '^'}\${${++last}:${text}}`;
}

/** A share has its middle, another number its least value. */
const likely = ({ min, above, integer }: NumberSpec): number =>
  !integer && min === 0 ? 0.5 : Number.isFinite(min) ? min + (above ? 1 : 0) : 1;

type Stop = ReturnType<typeof stops>;

const objectOf = (fields: readonly Field[], stop: Stop): JsonObject =>
  Object.fromEntries(fields.map(({ key, spec, fallback }) => [key, valueOf(spec, stop, fallback)]));

function valueOf(spec: Spec, stop: Stop, fallback?: Json): Json {
  switch (spec.kind) {
    case 'constant':
      return spec.value;
    case 'flag':
      return stop(JSON.stringify(fallback ?? true), false);
    case 'number':
      return stop(JSON.stringify(fallback ?? spec.start ?? likely(spec)), false);
    case 'choice':
      return stop(typeof fallback === 'string' ? fallback : (spec.options[0] ?? 'name'), true);
    case 'text':
      return stop('name', true);
    case 'names':
      return [stop('name', true)];
    case 'numbers':
      return [valueOf(spec.item, stop)];
    case 'object':
      return objectOf(
        spec.fields.filter(({ required }) => required),
        stop,
      );
    case 'record':
      return {};
    case 'union':
      return valueOf(spec.variants[0]!.spec, stop);
  }
}
