import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Puts a test id on the native control inside an element of the toolkit. Tests can fill it and wait until it is enabled; the
 * element itself reports that a frame too early.
 */
export function useInnerTestId(control: 'button' | 'input', testId: string | undefined): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const inner = element.current?.shadowRoot?.querySelector(control);
    if (inner && testId !== undefined) inner.dataset['testid'] = testId;
  }, [control, testId]);
  return element;
}
