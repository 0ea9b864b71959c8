/** A short label, for example on a figure that was measured on sample data. */
export function Tag({ children }: { children: string }) {
  return <vscode-tag class="tag">{children}</vscode-tag>;
}
