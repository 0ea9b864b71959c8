/**
 * Undoes with Ctrl+Z and redoes with Ctrl+Shift+Z or Ctrl+Y, wherever the focus is. A text that is not taken yet, such as a
 * note or a search (`data-own-undo`), undoes its own typing.
 */
export function undoByKey(event: KeyboardEvent, { undo, redo }: { undo: () => void; redo: () => void }): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== 'z' && key !== 'y') return;
  const own = '[data-own-undo],textarea,vscode-text-field';
  if (event.target instanceof Element && event.target.closest(own)) return;
  event.preventDefault();
  // The editor would undo something of its own.
  event.stopPropagation();
  if (key === 'y' || event.shiftKey) redo();
  else undo();
}
