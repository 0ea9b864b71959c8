import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** A part of the page that is folded away until it is asked for. Native: keyboard and screen readers know it. */
export function Fold({
  title,
  open,
  children,
  testId,
}: {
  title: string;
  /** Whether it begins unfolded. */
  open: boolean;
  children: ComponentChildren;
  testId?: string | undefined;
}) {
  const [unfolded, setUnfolded] = useState(open);
  // What was typed stays while it is folded away again.
  const seen = useRef(false);
  seen.current ||= unfolded;
  return (
    <details class="fold" open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary data-testid={testId}>{title}</summary>
      {seen.current && children}
    </details>
  );
}
