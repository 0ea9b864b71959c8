import type { ExportOrder } from '../../protocol/exports';
import { Listeners } from '../listeners';

/** Orders from menus to all pages; the one with the figure answers. */
export const exportOrders = new Listeners<ExportOrder>();
