import type { CancellationToken } from 'vscode';

/** An AbortSignal that follows a cancellation token of VS Code. */
export function cancellable(token: CancellationToken): AbortSignal {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  else token.onCancellationRequested(() => abort.abort());
  return abort.signal;
}
