import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Puts a test id on the native control inside an element of the toolkit: a test then fills what can be filled, and waits
 * for what is really switched on, which the element itself tells a frame too early.
 */
export function useInnerTestId(control: 'button' | 'input', testId: string | undefined): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const inner = element.current?.shadowRoot?.querySelector(control);
    if (inner && testId !== undefined) inner.dataset['testid'] = testId;
  }, [control, testId]);
  return element;
}
