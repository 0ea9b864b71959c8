import prettier from 'prettier';
import { z } from 'zod';
import { FIELD_META_KEYS } from '../../src/protocol/fields';
import { DataFile } from '../../src/protocol/dataset';
import { Recipe } from '../../src/protocol/recipe';

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
    override: ({ jsonSchema }) => {
      for (const key of FIELD_META_KEYS) Reflect.deleteProperty(jsonSchema, key);
    },
  });
  return prettier.format(JSON.stringify({ ...schema, title }), { parser: 'json', printWidth: 120 });
}
