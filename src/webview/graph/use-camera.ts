import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { begin, moved, zoomAt, type Camera, type Size } from './camera';
import type { Drawing } from './drawing';

/** Pixels that a pointer may move within a click. */
const CLICK = 4;

/** The seen part of a drawing, moved by the wheel and by dragging. */
export function useCamera(drawing: Drawing | null) {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Size>({ width: 0, height: 0 });
  const [camera, setCamera] = useState<Camera | null>(null);
  const dragged = useRef<{ id: number; x: number; y: number; far: boolean } | null>(null);

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Hidden, it has no size; it keeps the last one, so that the drawing is where it was when it is seen again.
    const look = (): void => {
      if (element.clientWidth > 0) setView({ width: element.clientWidth, height: element.clientHeight });
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // The middle stays in the middle.
  const before = useRef(view);
  useLayoutEffect(() => {
    const wider = view.width - before.current.width;
    if (before.current.width > 0) setCamera((now) => now && { ...now, x: now.x - wider / 2 / now.zoom });
    before.current = view;
  }, [view]);
  useLayoutEffect(() => {
    if (!camera && drawing && view.width > 0) setCamera(begin(drawing, view));
  }, [camera, drawing, view]);

  /** A point of the screen, in pixels from the corner of the view. */
  const place = (event: MouseEvent): { x: number; y: number } => {
    const box = ref.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const zoom = (by: number, at = { x: view.width / 2, y: view.height / 2 }): void =>
    setCamera((now) => now && zoomAt(now, by, at));
  const move = (right: number, down: number): void => setCamera((now) => now && moved(now, right, down));

  const handlers = {
    onWheel: (event: WheelEvent): void => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 200), place(event));
      else if (event.shiftKey) move(event.deltaY + event.deltaX, 0);
      else move(event.deltaX, event.deltaY);
    },
    onPointerDown: (event: PointerEvent): void => {
      if (event.button === 0) dragged.current = { id: event.pointerId, x: event.clientX, y: event.clientY, far: false };
    },
    onPointerMove: (event: PointerEvent): void => {
      const start = dragged.current;
      if (start?.id !== event.pointerId) return;
      const [right, down] = [event.clientX - start.x, event.clientY - start.y];
      if (!start.far && Math.hypot(right, down) < CLICK) return;
      if (!start.far) ref.current?.setPointerCapture(event.pointerId);
      dragged.current = { id: start.id, x: event.clientX, y: event.clientY, far: true };
      move(-right, -down);
    },
    onPointerUp: (): void => {
      const start = dragged.current;
      // The click that follows a drag selects nothing: it comes before the next task.
      if (start?.far) setTimeout(() => (dragged.current = null));
      else dragged.current = null;
    },
    onPointerCancel: (): void => {
      dragged.current = null;
    },
  };
  return { ref, view, camera, setCamera, zoom, move, place, handlers, wasDragged: () => dragged.current?.far === true };
}
