/**
 * A short label, for example on a figure from sample data. The toolkit's own tag sets an inline style, which the page's
 * content security policy refuses.
 */
export function Tag({ children }: { children: string }) {
  return <span class="tag">{children}</span>;
}
