import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** A part of the page that can be folded. Native, so keyboard and screen readers know it. */
export function Fold({
  title,
  open,
  children,
  testId,
}: {
  title: string;
  /** True: it starts unfolded. */
  open: boolean;
  children: ComponentChildren;
  testId?: string | undefined;
}) {
  const [unfolded, setUnfolded] = useState(open);
  // Typed text stays while it is folded.
  const seen = useRef(false);
  seen.current ||= unfolded;
  return (
    <details class="fold" open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary data-testid={testId}>{title}</summary>
      {seen.current && children}
    </details>
  );
}
