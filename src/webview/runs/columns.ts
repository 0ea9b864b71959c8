import { t } from '../../protocol/l10n';
import { duration, percent } from '../../protocol/format';
import { metricNamed, metricText, type MetricOf } from '../../protocol/metric';
import { stateWords } from '../../protocol/runs-page';
import type { Column } from '../ui/column';
import { dateWords } from '../ui/dates';
import type { Key } from '../ui/sorting';
import { metricTitle, splitWords } from './points';
import type { TableRow } from './rows';
import { SIZE_NAMES, SIZE_TITLES, SIZES, type SizeName } from './sizes';

/** The choices on which the figures of a table depend. */
export interface Shown {
  readonly metric: MetricOf | null;
  /** Milliseconds by path of the checkpoint, where they were measured. */
  readonly latencies: ReadonlyMap<string, number | null>;
}

export type RunColumn = 'name' | 'when' | 'start' | 'data' | 'steps' | 'sparsity' | 'metric' | 'seconds' | 'state' | 'tags' | SizeName; // prettier-ignore

export interface ColumnOfRuns extends Column {
  readonly name: RunColumn;
  readonly title: string;
  /** The value by which a row is sorted; null: it has none. */
  readonly key: (row: TableRow) => Key;
  readonly text: (row: TableRow) => string;
  /** A few quiet words behind the text. */
  readonly note?: (row: TableRow) => string;
}

const NONE = '\u2013';

const valueOf = ({ model }: TableRow, metric: MetricOf | null): number | null =>
  metric === null || !model?.metrics ? null : (metricNamed(model.metrics, metric.name, metric.output)?.value ?? null);

function sizeColumn(name: SizeName, { latencies }: Shown): ColumnOfRuns {
  const size = SIZES[name];
  const key = ({ model }: TableRow): number | null =>
    model === null ? null : size.of(model, latencies.get(model.path) ?? null);
  return {
    ...{ name, title: SIZE_TITLES[name], isFigure: true, width: 88, key },
    text: (row) => {
      const value = key(row);
      return value === null || row.model === null ? NONE : size.format(value, row.model);
    },
  };
}

/** The columns of a table of runs. */
export function columnsOfRuns(shown: Shown): readonly ColumnOfRuns[] {
  const { metric } = shown;
  const word = (
    name: RunColumn,
    title: string,
    width: number,
    of: (row: TableRow) => string | null | undefined,
  ): ColumnOfRuns => ({
    ...{ name, title, isFigure: false, width },
    key: (row) => of(row) || null,
    text: (row) => of(row) || NONE,
  });
  return [
    word('name', t('Name'), 200, ({ name }) => name),
    {
      ...word('when', t('When'), 176, ({ run }) => run && dateWords(run.when)),
      key: ({ run }) => (run ? Date.parse(run.when) : null),
    },
    {
      ...{ name: 'sparsity', title: t('Sparsity'), isFigure: true, width: 80 },
      key: ({ model }) => model?.totals.sparsity ?? null,
      text: ({ model }) => (model ? percent(model.totals.sparsity, 1) : NONE),
    },
    {
      ...{ name: 'metric', title: metric === null ? t('Metric') : metricTitle(metric), isFigure: true, width: 150 },
      key: (row) => valueOf(row, metric),
      text: (row) => {
        const value = valueOf(row, metric);
        return value === null || metric === null ? NONE : metricText(metric.name, value);
      },
      note: (row) => (valueOf(row, metric) === null || !row.model ? '' : splitWords(row.model)),
    },
    ...SIZE_NAMES.filter((name) => name !== 'latency' || shown.latencies.size > 0).map((name) =>
      sizeColumn(name, shown),
    ),
    {
      ...{ name: 'seconds', title: t('Duration'), isFigure: true, width: 104 },
      key: ({ run }) => run?.seconds ?? null,
      text: ({ run }) => (run?.seconds == null ? NONE : duration(run.seconds)),
    },
    word('start', t('Model'), 150, ({ run }) => run?.start && (run.start.path === null ? t('{0} (gone)', run.start.name) : run.start.name)), // prettier-ignore
    word('data', t('Data'), 110, ({ run }) => run?.data),
    word('steps', t('Recipe steps'), 190, ({ run }) => run?.steps.join(t(', '))),
    word('state', t('State'), 96, ({ run }) => run && stateWords(run.state)),
    word('tags', t('Tags'), 140, ({ run }) => run?.tags.join(t(', '))),
  ];
}

/** True for a column of words, which is sorted from A first. */
export const isWord = (column: RunColumn): boolean =>
  ['name', 'start', 'data', 'steps', 'state', 'tags'].includes(column);
