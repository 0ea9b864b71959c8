import * as z from 'zod';
import { request, type NotificationTable, type RequestTable } from './table';

/** The ways in which a figure leaves a page: charts as pictures, tables as texts. */
export const ExportKind = z.enum(['svg', 'png', 'csv', 'markdown']);
export type ExportKind = z.infer<typeof ExportKind>;

/** The names of the forms, and the endings of their files. */
export const EXPORT_WORDS: Record<ExportKind, string> = { svg: 'SVG', png: 'PNG', csv: 'CSV', markdown: 'Markdown' };
export const EXPORT_ENDINGS: Record<ExportKind, string> = { svg: 'svg', png: 'png', csv: 'csv', markdown: 'md' };

/** Most characters of a figure: 64 MB. */
const MOST = 64 * 1024 * 1024;

/** A figure in one form: a text, or a picture in base64. */
export const ExportForm = z.object({ kind: ExportKind, content: z.string().max(MOST) });
export type ExportForm = z.infer<typeof ExportForm>;

/** The requests of every page to the extension host, about what it shows. */
export const exportRequests = {
  copyText: request({ params: z.object({ text: z.string().max(MOST) }), result: z.null(), trust: 'reads' }),
  /**
   * Asks the person for a file and writes the form that its name ends with, nowhere else. `name`: proposed, without an
   * ending. Answers with the name of the file; null: the person chose none.
   */
  saveFigure: request({
    params: z.object({ name: z.string().min(1).max(200), forms: z.array(ExportForm).min(1) }),
    result: z.string().nullable(),
    trust: 'reads',
  }),
} satisfies RequestTable;
export type ExportRequests = typeof exportRequests;

/** What a menu of the editor asks of the page: copy a figure in a form, or save it in any. */
export const ExportOrder = z.discriminatedUnion('to', [
  z.object({ to: z.literal('clipboard'), figure: z.string(), kind: ExportKind }),
  z.object({ to: z.literal('file'), figure: z.string() }),
]);
export type ExportOrder = z.infer<typeof ExportOrder>;

/** Notifications of the extension host to every page. */
export const exportNotifications = { exportFigure: ExportOrder } satisfies NotificationTable;
export type ExportNotifications = typeof exportNotifications;

/** The mark of a figure in a page, by which menus know it; the editor reads it from `data-vscode-context`. */
export const FigureContext = z.object({ secateurFigure: z.enum(['chart', 'table']), figure: z.string() });
export type FigureContext = z.infer<typeof FigureContext>;
