import type { ComponentChildren } from 'preact';

/** Words beside a point of a chart, for the eye only. @param width of the chart in pixels, inside of which they stay */
export function Tip({ x, y, width, children }: { x: number; y: number; width: number; children: ComponentChildren }) {
  return (
    <div
      class={x > width / 2 ? 'plot-tip left' : 'plot-tip'}
      style={{ transform: `translate(${x}px, ${y}px)` }}
      aria-hidden="true"
    >
      <span class="figures">{children}</span>
    </div>
  );
}
