import { FigureContext, type ExportKind } from '../../protocol/exports';
import { COMMANDS } from '../constants';
import { exportOrders } from './orders';

/** Orders a copy of the figure whose menu the person opened. */
const copy =
  (kind: ExportKind) =>
  (target: unknown): Promise<void> => {
    const { success, data } = FigureContext.safeParse(target);
    if (success) exportOrders.fire({ to: 'clipboard', figure: data.figure, kind });
    return Promise.resolve();
  };

const save = (target: unknown): Promise<void> => {
  const { success, data } = FigureContext.safeParse(target);
  if (success) exportOrders.fire({ to: 'file', figure: data.figure });
  return Promise.resolve();
};

/** The commands in the menus of charts and tables. */
export const exportCommands = {
  [COMMANDS.copyChartSvg]: copy('svg'),
  [COMMANDS.copyChartPng]: copy('png'),
  [COMMANDS.saveChart]: save,
  [COMMANDS.copyTableCsv]: copy('csv'),
  [COMMANDS.copyTableMarkdown]: copy('markdown'),
  [COMMANDS.saveTable]: save,
};
