import prettier from 'prettier';
import { z } from 'zod';
import { dropFieldMeta } from '../../src/protocol/fields';
import { DataFile } from '../../src/protocol/dataset';
import { Recipe } from '../../src/protocol/recipe';
import { RecipeStep, stepDefinition, stepNames } from '../../src/protocol/steps';
import { recipeSnippet, stepSnippet } from './recipe-snippets';

/** The places of the published schemas; `contributes.jsonValidation` in package.json refers to them. */
export const RECIPE_SCHEMA_FILE = 'schemas/recipe.schema.json';
export const DATA_SCHEMA_FILE = 'schemas/data.schema.json';

/** The JSON Schema (draft 7, the version of VS Code) of a recipe as a person writes it, as the text of its file. */
export const recipeSchemaText = (): Promise<string> => schemaText(Recipe, 'Secateur recipe');

/** The same of a NAME.data.json. */
export const dataSchemaText = (): Promise<string> => schemaText(DataFile, 'Secateur data');

function schemaText(type: z.ZodType, title: string): Promise<string> {
  const schema = z.toJSONSchema(type, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      describeValues(jsonSchema);
      Object.assign(jsonSchema, hints(zodSchema));
      dropFieldMeta(jsonSchema);
    },
  });
  return prettier.format(JSON.stringify({ ...schema, title }), { parser: 'json', printWidth: 120 });
}

/** Says beside each value of a choice what it means, where that is known. VS Code shows it in the list of values. */
function describeValues(schema: z.core.JSONSchema.BaseSchema): void {
  const { labels = {}, about = {} } = Labelled.parse(schema);
  const words = { ...labels, ...about };
  if (Object.keys(words).length === 0) return;
  for (const one of [schema, ...(schema.anyOf ?? [])])
    if (typeof one === 'object' && one.enum)
      one['enumDescriptions'] = one.enum.map((value) => words[String(value)] ?? '');
}

const Words = z.record(z.string(), z.string()).optional();
const Labelled = z.object({ labels: Words, about: Words });

/** The words and snippets of VS Code for a recipe and its steps. */
function hints(type: unknown): Record<string, unknown> {
  if (type === Recipe) return { defaultSnippets: [recipeSnippet] };
  if (type === RecipeStep) return { defaultSnippets: stepNames.map(stepSnippet) };
  const name = stepNames.find((one) => stepDefinition(one).schema === type);
  if (name === undefined) return {};
  const { title, purpose } = stepDefinition(name).words;
  return { description: `${title}: ${purpose}` };
}
