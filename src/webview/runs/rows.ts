import type { ChartedModel, RunRow } from '../../protocol/runs-page';

/** A row of the table: a run, or a checkpoint that no run wrote. */
export interface TableRow {
  /** The folder of the run, or the path of the checkpoint. */
  readonly key: string;
  readonly name: string;
  readonly run: RunRow | null;
  readonly model: ChartedModel | null;
}

export const rowOfRun = (run: RunRow): TableRow => ({ key: run.folder, name: run.name, run, model: run.model });
export const rowOfModel = (model: ChartedModel): TableRow => ({ key: model.path, name: model.name, run: null, model });

/** The rows that have all words of a filter in their texts. @param textsOf the texts of all columns of a row */
export function filtered(
  rows: readonly TableRow[],
  filter: string,
  textsOf: (row: TableRow) => readonly string[],
): readonly TableRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== ''); // prettier-ignore
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = [...textsOf(row), row.run?.note ?? ''].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
