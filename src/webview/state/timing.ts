/**
 * What the bench reads by `performance.getEntriesByName`:
 * `secateur:counts`, `secateur:bytes`, `secateur:accuracy`: from a threshold's input event to the figure drawn;
 * `secateur:usable` (mark): the table and the histogram are drawn for the first time.
 */
export type Measure = 'secateur:counts' | 'secateur:bytes' | 'secateur:accuracy';

const KEPT = 1000;
const taken = new Map<Measure, number>();

/** Runs after the next frame is painted: a message queued in a frame is delivered behind its painting. */
function afterPaint(run: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(null);
  });
}

/** Records how long it took from `start` (in the clock of `performance.now()`) until what has just changed is drawn. */
export function measureDrawn(name: Measure, start: number): void {
  afterPaint(() => {
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
  afterPaint(() => performance.mark('secateur:usable'));
}
