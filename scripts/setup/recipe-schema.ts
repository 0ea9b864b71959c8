import prettier from 'prettier';
import { z } from 'zod';
import { FIELD_META_KEYS } from '../../src/protocol/fields';
import { Recipe } from '../../src/protocol/recipe';

/** The place of the published schema; `contributes.jsonValidation` in package.json refers to it. */
export const RECIPE_SCHEMA_FILE = 'schemas/recipe.schema.json';

/** The JSON Schema (draft 7, the version of VS Code) of a recipe as a person writes it, as the text of its file. */
export async function recipeSchemaText(): Promise<string> {
  const schema = z.toJSONSchema(Recipe, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const key of FIELD_META_KEYS) Reflect.deleteProperty(jsonSchema, key);
    },
  });
  return prettier.format(JSON.stringify({ ...schema, title: 'Secateur recipe' }), { parser: 'json', printWidth: 120 });
}
