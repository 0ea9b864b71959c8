import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as z from 'zod';
import { describeIssue, UserError } from '../../protocol/errors';
import { Recipe } from '../../protocol/recipe';
import { readFailure } from '../checkpoint/failures';

/** Parses the options of a command. @throws UserError where one of them has no valid value */
export function optionsOf<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    throw new UserError(`That cannot be done: ${describeIssue(parsed.error)}.`, { cause: parsed.error });
  return parsed.data;
}

/** Reads a recipe from a file. @throws UserError */
export async function readRecipe(file: string): Promise<Recipe> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw readFailure('The recipe', file, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`The recipe "${path.basename(file)}" is not JSON: correct it or choose another file.`, {
      cause,
    });
  }
  const parsed = Recipe.safeParse(value);
  if (!parsed.success)
    throw new UserError(`The recipe "${path.basename(file)}" is not valid: ${describeIssue(parsed.error)}.`, {
      cause: parsed.error,
    });
  return parsed.data;
}
