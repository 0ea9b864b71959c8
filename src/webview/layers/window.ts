/** The drawn rows of a long list: `from` (inclusive) to `to` (exclusive). */
export interface RowWindow {
  from: number;
  to: number;
}

/** The visible rows and `spare` more on each side, so that scrolling finds them drawn. */
export function rowWindow(rows: number, rowHeight: number, top: number, height: number, spare = 8): RowWindow {
  const from = Math.max(0, Math.min(rows, Math.floor(top / rowHeight) - spare));
  return { from, to: Math.max(from, Math.min(rows, Math.ceil((top + height) / rowHeight) + spare)) };
}

/** The scroll position that shows row `index` whole below a header; `top` itself if it is visible. */
export function scrollToRow(index: number, rowHeight: number, top: number, height: number): number {
  const start = index * rowHeight;
  if (start < top) return start;
  return Math.max(top, start + rowHeight - height);
}

/** The row after a key press on row `index`; undefined if the key does not move. */
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
