/**
 * Measurements for the bench, read by `performance.getEntriesByName`:
 * `secateur:counts`, `secateur:bytes`, `secateur:accuracy`: from a threshold's input event to the drawn figure;
 * `secateur:graph`: from the opening of a graph, or of its blocks, to the drawn graph;
 * `secateur:usable` (mark): the table and the histogram are drawn for the first time;
 * `secateur:complete` (mark): the histograms of all layers are drawn for the first time.
 */
export type Measure = 'secateur:counts' | 'secateur:bytes' | 'secateur:accuracy' | 'secateur:graph';
type Mark = 'secateur:usable' | 'secateur:complete';

const KEPT = 1000;
const taken = new Map<Measure, number>();

/** Calls `drawing` in the next frame and `drawn` after it is painted: a message from within a frame arrives after the painting. */
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
 * Measures the time from `start` (in the clock of `performance.now()`) until the latest change is drawn. Calls `drawing` in
 * the frame that draws it; another frame draws later changes.
 */
export function measureDrawn(name: Measure, start: number, drawing: () => void = () => undefined): void {
  withNextFrame(drawing, () => {
    const count = (taken.get(name) ?? 0) + 1;
    // The browser never collects entries, so an hour of dragging would fill its memory.
    if (count > KEPT) performance.clearMeasures(name);
    taken.set(name, count > KEPT ? 1 : count);
    performance.measure(name, { start, end: performance.now() });
  });
}

const marked = new Set<Mark>();

/** Marks, once, that something is drawn. */
export function markOnce(name: Mark): void {
  if (marked.has(name)) return;
  marked.add(name);
  withNextFrame(
    () => undefined,
    () => performance.mark(name),
  );
}
