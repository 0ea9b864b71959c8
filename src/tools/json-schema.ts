import * as z from 'zod';
import { dropFieldMeta } from '../protocol/fields';

/** A JSON Schema of an object, as MCP and the editor take it. */
export interface ObjectSchema extends Record<string, unknown> {
  type: 'object';
}

/** MCP takes draft 2020-12, and VS Code draft 7. */
type Draft = 'draft-2020-12' | 'draft-7';

/** Makes the JSON Schema of an input as a person writes it, or of an answer. */
export function jsonSchema(
  type: z.ZodType,
  io: 'input' | 'output' = 'input',
  target: Draft = 'draft-2020-12',
): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    target,
    io,
    // Our own keywords are for the form and the command line.
    override: ({ jsonSchema: own }) => dropFieldMeta(own),
  });
  return schema;
}

/** The same of an object. */
export const objectSchema = (type: z.ZodObject, io: 'input' | 'output' = 'input', target?: Draft): ObjectSchema => ({
  ...jsonSchema(type, io, target),
  type: 'object',
});
