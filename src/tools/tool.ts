import type * as z from 'zod';
import type { EngineRequests } from '../protocol/engine';
import { describeIssue, UserError } from '../protocol/errors';
import type { Recipe } from '../protocol/recipe';
import type { RunEvent, RunResult } from '../protocol/run';
import type { Client } from '../rpc/peer';
import type { Places } from './places';

/** A run that a tool asks for; folders are absolute. */
export interface ToolRun {
  readonly recipe: Recipe;
  readonly baseFolder: string;
  readonly out: string;
  readonly resume: boolean;
}

/** The surroundings of all calls: engines, and the folders that tools may reach. */
export interface ToolWorld {
  readonly places: Places;
  readonly ask: Client<EngineRequests>;
  /** Runs a recipe, so that other questions are still answered. @throws UserError, CancelledError */
  readonly run: (run: ToolRun, signal: AbortSignal, onEvent: (event: RunEvent) => void) => Promise<RunResult>;
}

/** The progress of a call. */
export interface ToolProgress {
  /** Done so far, in parts of `total`; without it the unit is unknown. It never falls. */
  readonly done: number;
  readonly total?: number;
  /** One line. */
  readonly message: string;
}

/** The surroundings of one call. */
export interface ToolContext {
  readonly signal: AbortSignal;
  readonly report: (progress: ToolProgress) => void;
}

/** An answer as data that fits the output schema, and in a few lines. */
export interface ToolAnswer<Data> {
  readonly data: Data;
  readonly text: string;
}

/** A tool for an agent: one definition for the MCP server and the editor. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** A few words for a person. */
  readonly title: string;
  /** Tells an agent when to use it and how to read the answer. */
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** False: it changes no file outside the caches of Secateur. */
  readonly writes: boolean;
  /** @throws UserError, CancelledError */
  call(input: z.output<Input>, world: ToolWorld, context: ToolContext): Promise<ToolAnswer<z.input<Output>>>;
}

/** Defines a tool; its input and answer have the types of their schemas. */
export const defineTool = <Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> => tool;

/** The most characters of the text of an answer. */
const MOST_TEXT = 6000;

/**
 * Calls a tool with unchecked input. The data of the answer fits the output schema, and nothing else is in it.
 * @throws UserError, CancelledError
 */
export async function callTool(
  tool: Tool,
  input: unknown,
  world: ToolWorld,
  context: ToolContext,
): Promise<ToolAnswer<Record<string, unknown>>> {
  const parsed = tool.input.safeParse(input ?? {});
  if (!parsed.success)
    throw new UserError(`The input of the tool "${tool.name}" is not valid: ${describeIssue(parsed.error)}.`);
  const { data, text } = await tool.call(parsed.data, world, context);
  return {
    data: tool.output.parse(data),
    text: text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text,
  };
}
