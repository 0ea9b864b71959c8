/** Something is under way; the words beside it say what. */
export function Ring() {
  return <vscode-progress-ring class="ring" aria-label="In progress" />;
}
