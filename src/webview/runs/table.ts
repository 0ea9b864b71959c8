import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { marked, NO_MARKS, type Choosing, type Marks } from '../layers/marks';
import { sorted, type Sort } from '../ui/sorting';
import { columnsOfRuns, type ColumnOfRuns, type RunColumn, type Shown } from './columns';
import { filtered, type TableRow } from './rows';

/** A table of runs: its rows in order, and those that a person chose. */
export interface RunTable {
  readonly columns: ReadonlySignal<readonly ColumnOfRuns[]>;
  readonly order: Signal<Sort<RunColumn>>;
  readonly filter: Signal<string>;
  /** All rows, and those that pass the filter, in order. */
  readonly all: ReadonlySignal<readonly TableRow[]>;
  readonly rows: ReadonlySignal<readonly TableRow[]>;
  readonly marks: Signal<Marks>;
  /** The row that the keys are on. */
  readonly active: Signal<string | null>;
  /** The chosen rows in the order of the table. */
  readonly chosen: ReadonlySignal<readonly TableRow[]>;
  readonly choose: (key: string, how: Choosing) => void;
  readonly chooseAll: () => void;
  readonly clear: () => void;
}

/** Makes the table of a page. */
export function runTable(all: ReadonlySignal<readonly TableRow[]>, shown: ReadonlySignal<Shown>): RunTable {
  const columns = computed(() => columnsOfRuns(shown.value));
  const order = signal<Sort<RunColumn>>({ column: 'when', descending: true });
  const filter = signal('');
  const marks = signal<Marks>(NO_MARKS);
  const active = signal<string | null>(null);
  const rows = computed(() => {
    const its = columns.value;
    const byName = new Map(its.map((column) => [column.name, column]));
    const some = filtered(all.value, filter.value, (row) => its.map(({ text }) => text(row)));
    return sorted(some, order.value, (row, column) => byName.get(column)?.key(row) ?? null);
  });
  return {
    ...{ columns, order, filter, all, rows, marks, active },
    chosen: computed(() => rows.value.filter(({ key }) => marks.value.names.has(key))),
    choose: (key, how) => {
      active.value = key;
      const keys = rows.peek().map((row) => row.key);
      marks.value = marked(marks.peek(), key, how, keys);
    },
    chooseAll: () => {
      marks.value = { names: new Set(rows.peek().map(({ key }) => key)), anchor: active.peek() };
    },
    clear: () => {
      marks.value = NO_MARKS;
    },
  };
}
