import path from 'node:path';
import type { DatasetDescriptor, Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { namesFromFiles } from '../../class-names';
import { refuseOutside } from '../../files/folder';
import { splitOfName } from '../../split-names';
import type { Place, Source, SourceData } from '../source';
import { readCsv, shapeOfCsv, type CsvShape } from './csv';
import { dataOfTables } from './data';
import type { Table } from './table';

const ENDS = /\.(csv|tsv|tab|data)(\.gz)?$/i;

/** A table in a text file, or one for each part in a folder. */
export const table: Source = {
  format: 'table',
  recognize: async (place) => {
    const files = filesOf(place);
    const [first] = files.values();
    const shape = first === undefined ? undefined : await shapeOfCsv(first);
    if (!shape) return undefined;
    const names = [...files.values()].map((file) => path.basename(file)).join(', ');
    return shape.header
      ? `a table of ${shape.columns} columns with a header (${names})`
      : `a table of ${shape.columns} columns without a header (${names})`;
  },
  stamped: (place) => Promise.resolve([...filesOf(place).values()]),
  columns: async (place, { columns }) => {
    const [first] = filesOf(place).values();
    return (first === undefined ? undefined : await shapeOfCsv(first, columns?.header))?.names ?? [];
  },
  open,
};

/** Finds the files of the parts, absolute. A folder with a single table has only that. */
function filesOf({ path: given, isFile, names }: Place): Map<Split, string> {
  const place = (name: string): string => (isFile ? given : path.join(given, name));
  const tables = names.filter((name) => isFile || ENDS.test(name));
  if (tables.length === 1) return new Map([[splitOfName(tables[0]!) ?? 'train', place(tables[0]!)]]);
  const found = new Map<Split, string>();
  for (const name of tables) {
    const split = splitOfName(name);
    if (split && !found.has(split)) found.set(split, place(name));
  }
  return found;
}

async function open(place: Place, { columns, classNames }: DatasetDescriptor): Promise<SourceData> {
  const root = place.isFile ? path.dirname(place.path) : place.path;
  const tables = new Map<Split, Table>();
  let like: CsvShape | undefined;
  for (const [split, file] of filesOf(place)) {
    await refuseOutside(file, root);
    const shape = await shapeOfCsv(file, columns?.header ?? like?.header);
    if (!shape) throw new UserError(`The file ${file} is no table: give one with commas, semicolons or tabs.`);
    tables.set(split, await readCsv(file, (like = shape)));
  }
  const told = place.isFile ? undefined : await namesFromFiles(place.path, place.names);
  const data = await dataOfTables(tables, { columns, classNames: classNames ?? told?.names, root });
  return like === undefined ? data : { ...data, header: like.header };
}
