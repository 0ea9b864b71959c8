/**
 * What the bench reads by `performance.getEntriesByName`:
 * `secateur:counts`, `secateur:bytes`, `secateur:accuracy`: from a threshold's input event to the figure drawn;
 * `secateur:usable` (mark): the table and the histogram are drawn for the first time.
 */
export type Measure = 'secateur:counts' | 'secateur:bytes' | 'secateur:accuracy';

const KEPT = 1000;
const taken = new Map<Measure, number>();

/** Calls `drawing` in the next frame and `drawn` once it is painted: a message queued in a frame is delivered behind its painting. */
function withNextFrame(drawing: () => void, drawn: () => void): void {
  requestAnimationFrame(() => {
    drawing();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      drawn();
    };
    port2.postMessage(null);
  });
}

/**
 * Records how long it takes from `start` (in the clock of `performance.now()`) until what has just changed is drawn.
 * `drawing` is called in the frame that draws it: what changes later is drawn by another.
 */
export function measureDrawn(name: Measure, start: number, drawing: () => void = () => undefined): void {
  withNextFrame(drawing, () => {
    const count = (taken.get(name) ?? 0) + 1;
    // Entries are never collected by the browser: an hour of dragging must not fill its memory.
    if (count > KEPT) performance.clearMeasures(name);
    taken.set(name, count > KEPT ? 1 : count);
    performance.measure(name, { start, end: performance.now() });
  });
}

let usable = false;

/** Marks, once, that the page can be worked with. */
export function markUsable(): void {
  if (usable) return;
  usable = true;
  withNextFrame(
    () => undefined,
    () => performance.mark('secateur:usable'),
  );
}
