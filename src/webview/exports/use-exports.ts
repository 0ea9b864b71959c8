import {
  EXPORT_WORDS,
  type ExportForm,
  type ExportKind,
  type ExportOrder,
  type FigureContext,
} from '../../protocol/exports';
import { t } from '../../protocol/l10n';
import { askExports, onExport } from '../state/host';
import { asCsv, asMarkdown, cellOf, fileName, wholeTables, type Rows } from './rows';
import { pngOf, svgOf } from './use-picture';

const FIGURES = '[data-chart], [role="img"], table';
/** Milliseconds that a message about a copy stays. */
const STAYS = 3000;

let count = 0;
/** Figures of this life of the page have this beginning, since all pages hear every order. */
const own = Math.random().toString(36).slice(2);
let pointed: Element | null = null;

const figureAt = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>(FIGURES) : null;

const kindOf = (figure: Element): FigureContext['secateurFigure'] =>
  figure instanceof HTMLTableElement ? 'table' : 'chart';

/** Marks the figure under the pointer, so that the editor shows its menu. */
function mark(target: EventTarget | null): HTMLElement | null {
  const figure = figureAt(target);
  if (!figure) return null;
  figure.dataset['figure'] ??= `${own}-${count++}`;
  const context: FigureContext = { secateurFigure: kindOf(figure), figure: figure.dataset['figure'] };
  figure.dataset['vscodeContext'] = JSON.stringify({ ...context, preventDefaultContextMenuItems: true });
  return figure;
}

function titleOf(figure: HTMLElement): string {
  const { chart } = figure.dataset;
  const labelled = figure.getAttribute('aria-labelledby');
  const heading = figure.closest('section, [role="tabpanel"]')?.querySelector('h2, h3')?.textContent;
  const label = figure.getAttribute('aria-label')?.split(/[:.]/)[0];
  return (
    chart ||
    (labelled && document.getElementById(labelled)?.textContent) ||
    label ||
    heading ||
    t('Figure')
  ).trim();
}

function rowsOf(table: HTMLTableElement): Rows {
  const whole = wholeTables.get(table.dataset['table'] ?? '');
  if (whole) return whole();
  const rows = [...table.rows].filter((row) => row.getClientRects().length > 0 && row.ariaHidden !== 'true');
  return rows.map((row) => [...row.cells].filter((cell) => cell.getClientRects().length > 0).map((cell) => cellOf(cell.innerText))); // prettier-ignore
}

async function formOf(figure: HTMLElement, kind: ExportKind): Promise<ExportForm> {
  const title = titleOf(figure);
  if (kind === 'svg') return { kind, content: svgOf(figure, title) };
  if (kind === 'png') {
    const canvas = await pngOf(svgOf(figure, title));
    return { kind, content: canvas.toDataURL('image/png').split(',')[1] ?? '' };
  }
  const rows = figure instanceof HTMLTableElement ? rowsOf(figure) : [];
  return { kind, content: kind === 'csv' ? asCsv(rows) : asMarkdown(rows) };
}

function say(words: string): void {
  const note = document.createElement('div');
  note.className = 'exported';
  note.setAttribute('role', 'status');
  note.textContent = words;
  document.body.append(note);
  setTimeout(() => note.remove(), STAYS);
}

async function copy(figure: HTMLElement, kind: ExportKind): Promise<void> {
  if (kind === 'png') {
    const canvas = await pngOf(svgOf(figure, titleOf(figure)));
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!blob) throw new Error(t('The picture is too large to be copied: save it as SVG.'));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
  } else await askExports('copyText', { text: (await formOf(figure, kind)).content });
  say(t('Copied as {0}.', EXPORT_WORDS[kind]));
}

async function save(figure: HTMLElement): Promise<void> {
  const kinds: ExportKind[] = kindOf(figure) === 'chart' ? ['svg', 'png'] : ['csv', 'markdown'];
  const forms: ExportForm[] = [];
  for (const kind of kinds) forms.push(await formOf(figure, kind));
  const name = await askExports('saveFigure', { name: fileName(titleOf(figure)), forms });
  if (name !== null) say(t('Saved as {0}.', name));
}

async function attempt(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

function follow(order: ExportOrder): void {
  const figure = document.querySelector<HTMLElement>(`[data-figure="${CSS.escape(order.figure)}"]`);
  if (figure) void attempt(order.to === 'file' ? save(figure) : copy(figure, order.kind));
}

/** Lets every chart and table of the page be copied and saved: from the editor's menu, by Ctrl+Alt+C and by Ctrl+Alt+S. */
export function followExports(): void {
  onExport('exportFigure', follow);
  document.addEventListener('pointerdown', ({ target }) => mark(target), { capture: true });
  document.addEventListener('focusin', ({ target }) => mark(target));
  document.addEventListener('pointerover', ({ target }) => (pointed = figureAt(target)), { passive: true });
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || !event.altKey || !['c', 's'].includes(event.key.toLowerCase())) return;
    const figure = mark(figureAt(document.activeElement) ? document.activeElement : pointed);
    if (!figure) return;
    event.preventDefault();
    const kind = kindOf(figure) === 'chart' ? 'svg' : 'csv';
    void attempt(event.key.toLowerCase() === 's' ? save(figure) : copy(figure, kind));
  });
}
