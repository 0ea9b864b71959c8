/**
 * A short label, for example on a figure that was measured on sample data. Not the toolkit's: that one sets an inline
 * style, which the page's content security policy refuses.
 */
export function Tag({ children }: { children: string }) {
  return <span class="tag">{children}</span>;
}
