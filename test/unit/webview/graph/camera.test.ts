import { describe, expect, it } from 'vitest';
import { begin, ZOOM } from '../../../../src/webview/graph/camera';

const view = { width: 400, height: 300 };
const box = (x: number, y: number) => ({ x, y, width: 100, height: 40 });

describe('the first view of a graph', () => {
  it('shows the whole drawing where that can be read', () => {
    const { x, zoom } = begin({ width: 200, height: 200, boxes: [box(50, 0)] }, view);
    expect(zoom).toBe(1);
    expect(x).toBe(-100);
  });

  it('has a box of the top row in its middle where the drawing is wider', () => {
    const boxes = [box(100, 0), box(5900, 0), box(3000, 200)];
    const { x, y, zoom } = begin({ width: 7000, height: 900, boxes }, view);
    expect(zoom).toBe(ZOOM.readable);
    expect(x + view.width / 2 / zoom).toBe(5950);
    expect(y).toBeLessThan(0);
  });

  it('has the middle of a drawing that is only higher in its middle', () => {
    const { x, zoom } = begin({ width: 300, height: 5000, boxes: [box(0, 0)] }, view);
    expect(zoom).toBe(1);
    expect(x + view.width / 2).toBe(150);
  });
});
