import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The current size of an element in pixels; 0 before layout. */
export function useSize<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const look = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
}

/** The current width of an element in pixels; 0 before layout. */
export function useWidth<E extends HTMLElement>() {
  const { ref, width } = useSize<E>();
  return { ref, width };
}
