/** The part of a drawing that is seen: the point in the left upper corner, and pixels on the screen for each of the drawing. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

export const ZOOM = { least: 0.005, most: 2, step: 1.25, readable: 0.75 } as const;

const MARGIN = 24;
const clamp = (zoom: number): number => Math.max(ZOOM.least, Math.min(ZOOM.most, zoom));

/** Zooms and keeps a point of the screen in its place. */
export function zoomAt({ x, y, zoom }: Camera, by: number, at: { x: number; y: number }): Camera {
  const next = clamp(zoom * by);
  return { x: x + at.x / zoom - at.x / next, y: y + at.y / zoom - at.y / next, zoom: next };
}

/** Moves by pixels of the screen. */
export const moved = ({ x, y, zoom }: Camera, right: number, down: number): Camera => ({
  ...{ x: x + right / zoom, y: y + down / zoom, zoom },
});

/** Shows the whole drawing. */
export function fit(drawing: Size, view: Size): Camera {
  const zoom = clamp(
    Math.min(
      1,
      (view.width - 2 * MARGIN) / Math.max(1, drawing.width),
      (view.height - 2 * MARGIN) / Math.max(1, drawing.height),
    ),
  );
  return {
    x: drawing.width / 2 - view.width / 2 / zoom,
    y: drawing.height / 2 - view.height / 2 / zoom,
    zoom,
  };
}

/**
 * Shows the whole drawing where that can be read, or else its beginning.
 * @param boxes of the drawing: where it is wider than the view, one of those at the top comes to the middle
 */
export function begin(drawing: Size & { readonly boxes: readonly Rectangle[] }, view: Size): Camera {
  const whole = fit(drawing, view);
  if (whole.zoom >= ZOOM.readable) return whole;
  const wide = (view.width - 2 * MARGIN) / Math.max(1, drawing.width);
  const zoom = Math.max(ZOOM.readable, Math.min(1, wide));
  const middle = wide < ZOOM.readable ? middleOfTop(drawing) : drawing.width / 2;
  return { x: middle - view.width / 2 / zoom, y: -MARGIN / zoom, zoom };
}

/** The middle of the box in the top row that is nearest to the middle of the drawing. */
function middleOfTop({ width, boxes }: Size & { readonly boxes: readonly Rectangle[] }): number {
  const top = Math.min(...boxes.map(({ y }) => y));
  const middles = boxes.filter(({ y }) => y === top).map((box) => box.x + box.width / 2);
  return middles.reduce(
    (best, one) => (Math.abs(one - width / 2) < Math.abs(best - width / 2) ? one : best),
    middles[0] ?? width / 2,
  );
}

/** The seen part, in pixels of the drawing. */
export const seen = ({ x, y, zoom }: Camera, { width, height }: Size): Rectangle => ({
  ...{ x, y, width: width / zoom, height: height / zoom },
});

/** Moves no further than needed to show a box whole, at a zoom at which it can be read. */
export function reveal(camera: Camera, view: Size, box: Rectangle): Camera {
  const zoom = camera.zoom < ZOOM.readable ? 1 : camera.zoom;
  const [wide, high] = [view.width / zoom, view.height / zoom];
  if (zoom !== camera.zoom)
    return { x: box.x + box.width / 2 - wide / 2, y: box.y + Math.min(box.height, high) / 2 - high / 2, zoom };
  const gap = MARGIN / zoom;
  const along = (start: number, length: number, boxStart: number, boxLength: number): number => {
    if (boxStart - gap < start || boxLength + 2 * gap > length) return boxStart - gap;
    return Math.max(start, boxStart + boxLength + gap - length);
  };
  const isSeen = box.x >= camera.x && box.x + Math.min(box.width, wide) <= camera.x + wide && box.y >= camera.y && box.y + Math.min(box.height, high) <= camera.y + high; // prettier-ignore
  if (isSeen) return camera;
  return { x: along(camera.x, wide, box.x, box.width), y: along(camera.y, high, box.y, box.height), zoom };
}
