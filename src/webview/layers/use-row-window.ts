import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowWindow, scrollToRow, type RowWindow } from './window';

/** The height of a row in the style sheet in pixels; rows that are not drawn need fixed heights. */
export const ROW = 28;

/** The scroller of a long table, of which only the visible rows are drawn. */
export interface RowsInView extends RowWindow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** The number of rows that a page key moves by. */
  readonly page: number;
  /** Scrolls to a row, from 0. */
  readonly reveal: (row: number) => void;
}

/**
 * Follows the scroller of a table.
 * @param rows the number of rows below the header
 * @param header the number of rows that stay above them
 * @param onWidth called with the width of the scroller in pixels when its size changes
 */
export function useRowWindow(rows: number, header: number, onWidth?: (width: number) => void): RowsInView {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = (): void => {
    const element = scroller.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = (): void => {
      look();
      onWidth?.(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return {
    ...rowWindow(rows, ROW, view.top, view.height),
    scroller,
    onScroll: look,
    page: Math.max(1, Math.floor(view.height / ROW) - 2),
    reveal(row) {
      const element = scroller.current;
      if (element) element.scrollTop = scrollToRow(row, ROW, element.scrollTop, element.clientHeight - header * ROW);
    },
  };
}
