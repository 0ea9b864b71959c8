import path from 'node:path';
import type * as z from 'zod';
import { findRuns } from '../disk/find-runs';
import { readListedRun } from '../disk/read-run';
import { DataFile } from '../protocol/dataset';
import { UserError } from '../protocol/errors';
import { Recipe } from '../protocol/recipe';
import { findStep, stepNames, stepDefinition } from '../protocol/steps';
import { jsonSchema } from '../tools/json-schema';
import type { Places } from '../tools/places';

const SCHEMA = 'application/schema+json';
const JSON_TYPE = 'application/json';
const SCHEMAS = 'secateur://schemas/';
const RUNS = 'secateur://runs/';
/** The most runs in the list of resources; list_runs lists more. */
const MOST_RUNS = 100;

/** A resource in a list. */
interface Listed {
  uri: string;
  name: string;
  description: string;
  mimeType: string;
}

/** The resources that have no list. */
export const RESOURCE_TEMPLATES = [
  {
    uriTemplate: `${SCHEMAS}steps/{name}`,
    name: 'Schema of a step',
    description: 'JSON Schema of one step of a recipe, such as secateur://schemas/steps/prune.',
    mimeType: SCHEMA,
  },
  {
    uriTemplate: `${RUNS}{folder}`,
    name: 'Run',
    description: 'State, recipe and results of a run; the path of its folder is percent-encoded.',
    mimeType: JSON_TYPE,
  },
];

/** Lists schemas, and the runs below the folders. */
export async function listResources(places: Places): Promise<Listed[]> {
  const found = await Promise.all(places.readable.map((folder) => findRuns(folder, MOST_RUNS)));
  const folders = [...new Set(found.flatMap((one) => one.folders))].slice(0, MOST_RUNS);
  return [
    schema('recipe', 'Schema of a recipe', 'JSON Schema of a recipe with all its steps; 40 kB.'),
    schema('data', 'Schema of data', 'JSON Schema of a dataset that is described in full.'),
    ...stepNames.map((name) =>
      schema(`steps/${name}`, `Schema of the step ${name}`, stepDefinition(name).words.purpose),
    ),
    ...folders.map((folder) => ({
      uri: `${RUNS}${encodeURIComponent(folder)}`,
      name: `Run ${path.basename(folder)}`,
      description: `State, recipe and results of the run in ${folder}.`,
      mimeType: JSON_TYPE,
    })),
  ];
}

const schema = (name: string, title: string, description: string): Listed => ({
  ...{ uri: `${SCHEMAS}${name}`, name: title, description, mimeType: SCHEMA },
});

/** Reads a resource. @throws UserError */
export async function readResource(
  uri: string,
  places: Places,
): Promise<{ uri: string; mimeType: string; text: string }> {
  if (uri.startsWith(SCHEMAS)) return { uri, mimeType: SCHEMA, text: JSON.stringify(jsonSchema(schemaOf(uri))) };
  if (!uri.startsWith(RUNS))
    throw new UserError(`There is no resource "${uri}": use secateur://schemas or secateur://runs.`);
  const folder = await places.existing(decoded(uri.slice(RUNS.length)), 'The run');
  const run = await readListedRun(folder, false);
  if (!run) throw new UserError(`The folder "${folder}" holds no run: list_runs lists those that there are.`);
  return { uri, mimeType: JSON_TYPE, text: JSON.stringify(run) };
}

function schemaOf(uri: string): z.ZodType {
  const name = uri.slice(SCHEMAS.length);
  const found =
    name === 'recipe' ? Recipe : name === 'data' ? DataFile : findStep(name.replace(/^steps\//, ''))?.schema;
  if (!found)
    throw new UserError(`There is no schema "${name}": use recipe, data, or steps/NAME with ${stepNames.join(', ')}.`);
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new UserError(`"${text}" is no percent-encoded path: encode the folder of the run.`, { cause });
  }
}
