import path from 'node:path';
import type { DatasetDescriptor, Split } from '../../../../protocol/dataset';
import { namesFromFiles } from '../../class-names';
import { beginningOf } from '../../files/beginning';
import { entriesOf } from '../../files/folder';
import { splitOfName } from '../../split-names';
import type { Place, Source, SourceData } from '../source';
import { dataOfTables } from '../table/data';
import type { Table } from '../table/table';
import { toldColumns, type ToldColumns } from './hugging-face';
import { columnNames, isParquet, readParquet } from './read';

/** Limit of the depth of files: `data/train-00000-of-00002.parquet`, `default/train/0000.parquet`. */
const MOST_DEPTH = 2;

/** Parquet files in the layout of Hugging Face: one or more for each part, with images or with columns. */
export const parquet: Source = {
  format: 'parquet',
  recognize: async (place) => {
    const files = await filesOf(place);
    const all = [...files.values()].flat();
    if (all.length === 0) return undefined;
    return `Parquet files (${[...files].map(([split, its]) => `${split}: ${its.length}`).join(', ')})`;
  },
  stamped: async (place) => [...(await filesOf(place)).values()].flat(),
  columns: async (place) => {
    const [first] = [...(await filesOf(place)).values()].flat();
    return first === undefined ? [] : columnNames(first);
  },
  open,
};

/** Finds the files of each part, absolute, in the order of their names. */
async function filesOf({ path: given, isFile, names }: Place): Promise<Map<Split, string[]>> {
  const found = new Map<Split, string[]>();
  if (isFile) {
    if (isParquet(await beginningOf(given, 4))) found.set(splitOfName(names[0]!) ?? 'train', [given]);
    return found;
  }
  const all: string[] = [];
  await collect(given, given, 0, all);
  const parted = all.filter((file) => splitOfName(path.relative(given, file)) !== undefined);
  for (const file of parted.length > 0 ? parted : all) {
    const split = splitOfName(path.relative(given, file)) ?? 'train';
    found.set(split, [...(found.get(split) ?? []), file]);
  }
  return found;
}

async function collect(folder: string, root: string, depth: number, found: string[]): Promise<void> {
  const entries = await entriesOf(folder, root);
  const files = entries.filter(({ name, isFolder }) => !isFolder && /\.parquet$/i.test(name));
  found.push(...files.map((file) => file.path));
  if (files.length > 0 || depth === MOST_DEPTH) return;
  for (const entry of entries) if (entry.isFolder) await collect(entry.path, root, depth + 1, found);
}

async function open(place: Place, { columns, classNames }: DatasetDescriptor): Promise<SourceData> {
  const tables = new Map<Split, Table>();
  let told: ToldColumns = {};
  for (const [split, files] of await filesOf(place)) {
    const { table, metadata } = await readParquet(files);
    told = { ...toldColumns(metadata), ...told };
    tables.set(split, table);
  }
  const { classNames: names, ...its } = told;
  const beside = place.isFile ? undefined : await namesFromFiles(place.path, place.names);
  return dataOfTables(tables, {
    columns: { ...its, ...columns },
    classNames: classNames ?? names ?? beside?.names,
    root: place.isFile ? path.dirname(place.path) : place.path,
  });
}
