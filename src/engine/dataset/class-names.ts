import path from 'node:path';
import * as z from 'zod';
import { UserError } from '../../protocol/errors';
import { wholeFile } from './files/beginning';
import { refuseOutside } from './files/folder';

/** Limit of the size of a file of names, in bytes. */
const MOST_BYTES = 2 ** 20;

/** Names of classes in the order of their numbers, and the file that holds them. */
export interface ToldNames {
  readonly names: readonly string[];
  readonly from: string;
}

/** The metadata that Teachable Machine writes beside a model. */
const Metadata = z.looseObject({
  labels: z.array(z.string()).min(2).optional(),
  wordLabels: z.array(z.string()).min(2).optional(),
});

/**
 * Reads class names from the files of a folder: `labels.txt`, with one on each line, or the `metadata.json` of Teachable
 * Machine.
 * @param files names of the files in the folder
 * @throws UserError where such a file cannot be read
 */
export async function namesFromFiles(folder: string, files: readonly string[]): Promise<ToldNames | undefined> {
  for (const from of NAMING_FILES) {
    if (!files.includes(from)) continue;
    const file = path.join(folder, from);
    await refuseOutside(file, folder);
    const text = Buffer.from(await wholeFile(file, MOST_BYTES)).toString('utf8');
    const names = namesInText(from, text);
    if (!names) continue;
    if (new Set(names).size < names.length)
      throw new UserError(`The file ${file} has a class twice: name each class once.`);
    return { names, from };
  }
  return undefined;
}

/**
 * Checks a list that tells classes apart by their names.
 * @param what names the list in a sentence
 * @throws UserError where it has a name twice
 */
export function refuseTwice(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new UserError(`${what} has the class ${name} twice: name each class once.`, { at: ['classNames'] });
    seen.add(name);
  }
}

/** Files that name classes, in the order in which they are asked. */
export const NAMING_FILES = ['labels.txt', 'metadata.json'] as const;

/** Reads class names from the text of such a file; undefined where it names none. */
export const namesInText = (file: (typeof NAMING_FILES)[number], text: string): string[] | undefined =>
  file === 'labels.txt' ? namesInLines(text) : namesInMetadata(text);

/** Reads class names from a file with one on each line. @throws UserError where it cannot be read */
export async function namesInFile(file: string, root: string): Promise<readonly string[] | undefined> {
  await refuseOutside(file, root);
  return namesInLines(Buffer.from(await wholeFile(file, MOST_BYTES)).toString('utf8'));
}

/** Teachable Machine writes a number before each name. */
function namesInLines(text: string): string[] | undefined {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  const numbered = lines.every((line, i) => new RegExp(`^${i}[ :,\t]+\\S`).test(line));
  const names = numbered ? lines.map((line) => line.replace(/^\d+[ :,\t]+/, '')) : lines;
  return names.length >= 2 ? names : undefined;
}

function namesInMetadata(text: string): string[] | undefined {
  try {
    const parsed = Metadata.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data.labels ?? parsed.data.wordLabels) : undefined;
  } catch {
    return undefined;
  }
}
