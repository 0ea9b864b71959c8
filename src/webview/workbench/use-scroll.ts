import { useLayoutEffect } from 'preact/hooks';
import { scroll } from '../state/session';

/** Milliseconds without scrolling after which the place is kept. */
const RESTS = 150;
/** The most frames until the page is as high as it was: its parts are drawn one after the other. */
const FRAMES = 60;

/** Brings the page back to where it was before a reload, and keeps its place. */
export function useScroll(): void {
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frames = FRAMES;
    const wanted = scroll.peek();
    const back = (): void => {
      if (wanted === 0 || frames-- === 0 || Math.abs(window.scrollY - wanted) < 1) return;
      window.scrollTo(0, wanted);
      requestAnimationFrame(back);
    };
    back();
    const stop = (): void => {
      frames = 0;
    };
    const keep = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => (scroll.value = window.scrollY), RESTS);
    };
    window.addEventListener('wheel', stop, { passive: true });
    window.addEventListener('keydown', stop);
    window.addEventListener('scroll', keep, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('wheel', stop);
      window.removeEventListener('keydown', stop);
      window.removeEventListener('scroll', keep);
    };
  }, []);
}
