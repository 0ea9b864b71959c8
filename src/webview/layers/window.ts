/** Which rows of a long list are drawn: `from` (inclusive) to `to` (exclusive). */
export interface RowWindow {
  from: number;
  to: number;
}

/** Rows in view, with `spare` more on each side so that scrolling finds them drawn. */
export function rowWindow(rows: number, rowHeight: number, top: number, height: number, spare = 8): RowWindow {
  const from = Math.max(0, Math.min(rows, Math.floor(top / rowHeight) - spare));
  return { from, to: Math.max(from, Math.min(rows, Math.ceil((top + height) / rowHeight) + spare)) };
}

/** Where to scroll so that row `index` is whole in view below a header; `top` itself where it is already. */
export function scrollToRow(index: number, rowHeight: number, top: number, height: number): number {
  const start = index * rowHeight;
  if (start < top) return start;
  return Math.max(top, start + rowHeight - height);
}

/** The row that a key leads to from row `index`; undefined for a key that does not move. */
export function rowForKey(key: string, index: number, rows: number, page: number): number | undefined {
  const to = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: rows - 1,
  }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(rows - 1, to));
}
