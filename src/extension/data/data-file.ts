import path from 'node:path';
import type { DataDescription } from '../../protocol/data-description';
import type { DataFile, DataReference } from '../../protocol/dataset';
import { freeName } from '../runs/folder-name';

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
 * Returns the content of a file for recognized data. It leaves the class names out unless they were given: written down, they would
 * fix an order that otherwise follows the model.
 * @param folder the folder of the file, absolute
 */
export function dataFileContent(reference: DataReference, description: DataDescription, folder: string): DataFile {
  const { format, splits, source } = description;
  const { source: _, ...said } = typeof reference === 'string' ? { source: reference } : reference;
  const held = splits.find(({ heldOut }) => heldOut);
  return {
    source: relativeSource(source, folder),
    format,
    ...(held ? { validationExamples: held.examples, splitSeed: 0 } : {}),
    ...said,
  };
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
