import { t } from '../../protocol/l10n';
import type { Column } from '../ui/column';
import { COLUMNS } from './sort';

/** The columns that a person can hide. The name is always there. */
export const HIDEABLE = [...COLUMNS.filter((column) => column !== 'name'), 'weights'] as const;
export type Hideable = (typeof HIDEABLE)[number];
export type TableColumn = 'name' | Hideable;

export interface ColumnWords extends Column {
  readonly text: string;
  readonly title?: string;
}

export const COLUMN_WORDS: Readonly<Record<TableColumn, ColumnWords>> = {
  name: { text: t('Layer'), isFigure: false, width: 140 },
  type: { text: t('Type'), isFigure: false, width: 112 },
  shape: { text: t('Output'), isFigure: true, width: 106 },
  params: { text: t('Params'), isFigure: true, width: 76 },
  macs: { text: t('MACs'), title: t('Multiply-accumulates for one example'), isFigure: true, width: 76 },
  bits: {
    text: t('Bits'),
    title: t('Bits of a weight of the kernel: their entropy where it has few values, or else as stored'),
    isFigure: true,
    width: 52,
  },
  sparsity: {
    text: t('Sparsity'),
    title: t('Current zeros over the kernel weights of the layer'),
    isFigure: true,
    width: 70,
  },
  preview: { text: t('Preview'), title: t('Sparsity after the planned pruning'), isFigure: true, width: 92 },
  threshold: { text: t('Threshold'), title: t('Weights with a smaller |w| become 0'), isFigure: true, width: 80 },
  weights: {
    text: t('Weights'),
    title: t('The weights of the layer, and those that become 0'),
    isFigure: false,
    width: 104,
  },
};

/** What a person chose about columns. */
export interface ColumnChoice {
  /** The shown columns; null: those that fit. */
  readonly shown: readonly Hideable[] | null;
  /** Pixels of columns that were resized. */
  readonly widths: Partial<Record<TableColumn, number>>;
}

export const NO_CHOICE: ColumnChoice = { shown: null, widths: {} };

/** From the column that is missed most. */
const BY_USE: readonly Hideable[] = ['preview', 'sparsity', 'params', 'threshold', 'weights', 'shape', 'macs', 'type', 'bits']; // prettier-ignore

/** The least and the most pixels of a column. */
const [LEAST, MOST] = [44, 600];

/** The width of a column in pixels. */
export const widthOf = ({ widths }: ColumnChoice, column: TableColumn): number =>
  widths[column] ?? COLUMN_WORDS[column].width;

/** The columns to show in so many pixels, in the order of the table: the chosen ones, or those that fit beside the name. */
export function shownColumns(choice: ColumnChoice, pixels: number): TableColumn[] {
  const chosen = choice.shown;
  let left = pixels - widthOf(choice, 'name');
  const fitting = new Set<TableColumn>(chosen ?? []);
  if (chosen === null)
    for (const column of BY_USE) {
      left -= widthOf(choice, column);
      if (left < 0) break;
      fitting.add(column);
    }
  return ['name', ...HIDEABLE.filter((column) => fitting.has(column))];
}

/** The choice with another width of a column; null: the width it has at first. The columns that are shown now stay. */
export function resized(
  choice: ColumnChoice,
  now: readonly TableColumn[],
  column: TableColumn,
  pixels: number | null,
): ColumnChoice {
  const { [column]: _, ...others } = choice.widths;
  if (pixels === null) return { ...choice, widths: others };
  const width = Math.round(Math.max(LEAST, Math.min(MOST, pixels)));
  return { shown: HIDEABLE.filter((each) => now.includes(each)), widths: { ...others, [column]: width } };
}

/** The choice with a column shown or hidden, starting from the columns that are shown now. */
export const toggled = (choice: ColumnChoice, now: readonly TableColumn[], column: Hideable): ColumnChoice => ({
  ...choice,
  shown: HIDEABLE.filter((each) => (each === column) !== now.includes(each)),
});
