import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DataDescription } from '../../protocol/data-description';
import { differingOptions, recognizedOptions } from '../../protocol/data-options';
import { DataFile, isNamed } from '../../protocol/dataset';
import { JsonObject, withKey } from '../../protocol/json';
import { freeName } from '../runs/folder-name';

/** A NAME.data.json as it was read. */
export interface WrittenData {
  /** The text of the file. */
  readonly text: string;
  /** Its content, with its keys in their order. */
  readonly content: JsonObject;
  /** The place of the data: a name, or absolute. */
  readonly source: string;
}

/** Limit of the size of a file that describes data, in bytes. */
const MOST_BYTES = 2 ** 20;

/** Reads a NAME.data.json; undefined where it cannot be read or is not valid: the engine says why. */
export async function readDataFile(file: string): Promise<WrittenData | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MOST_BYTES) return undefined;
    const value: unknown = JSON.parse(text);
    const { source } = DataFile.parse(value);
    return {
      ...{ text, content: JsonObject.parse(value) },
      source: isNamed(source) ? source : path.resolve(path.dirname(file), source),
    };
  } catch {
    return undefined;
  }
}

/** The options that a file gives, as they are written. */
export function optionsIn({ content }: WrittenData): JsonObject {
  const { source: _, $schema: __, ...options } = withNewNames(content);
  return options;
}

/** The content with the present name of the option that was renamed, in its place. */
const withNewNames = (content: JsonObject): JsonObject =>
  'validationExamples' in content
    ? withKey(content, 'validationImages', undefined)
    : Object.fromEntries(
        Object.entries(content).map(([key, value]) => [key === 'validationImages' ? 'validationExamples' : key, value]),
      );

/**
 * Returns the path of a new NAME.data.json: beside the data if that is in the workspace, else in its first folder, and beside
 * the data if no folder is open. The name is free.
 * @param source the folder or file of the data, absolute
 * @param roots the folders of the workspace, absolute
 */
export function dataFilePath(source: string, roots: readonly string[], exists: (file: string) => boolean): string {
  const beside = path.dirname(source);
  const folder = roots.some((root) => isWithin(beside, root))
    ? beside
    : (roots.find((root) => isWithin(source, root)) ?? roots[0] ?? beside);
  const at = (name: string): string => path.join(folder, `${name}.data.json`);
  return at(freeName(path.basename(source).replace(/\.[^.]+$/, '') || 'data', (name) => exists(at(name))));
}

/**
 * Returns the content of a new file: the place of the data, and the options that say something else than what is recognized
 * without them.
 * @param source a name, or absolute
 * @param folder the folder of the file, absolute
 */
export function newContent(
  source: string,
  options: JsonObject,
  recognized: DataDescription | null,
  folder: string,
): JsonObject {
  const differing = differingOptions(options, recognized ? recognizedOptions(recognized) : {});
  return { source: isNamed(source) ? source : relativeSource(source, folder), ...differing };
}

/** Returns the content of a file with other options. Keys that stay keep their order. */
export function changedContent({ content }: WrittenData, options: JsonObject): JsonObject {
  const kept = Object.entries(withNewNames(content)).filter(
    ([key]) => key === 'source' || key === '$schema' || key in options,
  );
  return { ...Object.fromEntries(kept), ...options };
}

/** A place from a folder as a file says it on every system; absolute where it lies outside of that folder. */
function relativeSource(source: string, folder: string): string {
  if (!isWithin(source, folder)) return source;
  const relative = path.relative(folder, source).split(path.sep).join('/');
  return relative === '' ? '.' : `./${relative}`;
}

function isWithin(place: string, folder: string): boolean {
  const relative = path.relative(folder, place);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
