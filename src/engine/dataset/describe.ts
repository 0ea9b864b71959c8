import path from 'node:path';
import { DataFile, type DatasetDescriptor, isDataFile, isNamed, type DataReference } from '../../protocol/dataset';
import { describeIssue, UserError } from '../../protocol/errors';
import { wholeFile } from './files/beginning';

/** Limit of the size of a file that describes data, in bytes. */
const MOST_BYTES = 2 ** 20;

/** A descriptor, and the folder from which its relative source starts. */
export interface Described {
  readonly descriptor: DatasetDescriptor;
  readonly baseFolder: string;
}

/**
 * Makes the descriptor of a dataset from a name, a place or a descriptor. If the source is a NAME.data.json, that file
 * is read; fields given beside it win over its own.
 * @param dataFolder the person's setting, which stands for `fashion-mnist`
 * @throws UserError where such a file cannot be read or is not valid
 */
export async function describedData(
  reference: DataReference,
  baseFolder: string,
  dataFolder?: string,
): Promise<Described> {
  const { source: given, ...said } = typeof reference === 'string' ? { source: reference } : reference;
  const source = given === 'fashion-mnist' && dataFolder !== undefined && isDataFile(dataFolder) ? dataFolder : given;
  if (isNamed(source) || !isDataFile(source)) return { descriptor: { source, ...said }, baseFolder };
  const file = path.resolve(baseFolder, source);
  const { $schema: _, ...written } = await readDataFile(file);
  return { descriptor: { ...written, ...said, source: written.source }, baseFolder: path.dirname(file) };
}

async function readDataFile(file: string): Promise<DataFile> {
  const name = path.basename(file);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(await wholeFile(file, MOST_BYTES)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`The data file "${name}" is not JSON: correct it or choose another file.`, { cause });
  }
  const parsed = DataFile.safeParse(value);
  if (!parsed.success)
    throw new UserError(`The data file "${name}" is not valid: ${describeIssue(parsed.error)}.`, {
      cause: parsed.error,
    });
  if (isDataFile(parsed.data.source))
    throw new UserError(`The data file "${name}" names another data file as its source: name the data itself.`);
  return parsed.data;
}
