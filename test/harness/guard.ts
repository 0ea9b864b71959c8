import type { BrowserContext } from 'playwright-core';

/** Hosts that are this machine, and the one whose addresses the workbench's service worker answers itself. */
const LOCAL = /^(127\.0\.0\.1|localhost|([^.]+\.)*vscode-cdn\.net)$/;

/** Watches a browser for what must never happen, in the workbench and in every webview. */
export class Guard {
  readonly #complaints: string[] = [];
  readonly #origin: string;

  private constructor(origin: string) {
    this.#origin = origin;
  }

  /** Starts to watch all pages that the context has and will have. `origin`: the workbench's own, as `host:port`. */
  static watch(context: BrowserContext, origin: string): Guard {
    const guard = new Guard(origin);
    context.on('request', (request) => guard.#checkAddress(request.url()));
    context.on('weberror', (error) => guard.#add(`page error: ${error.error().message}`));
    // Chromium reports violations in its console, those inside webviews included.
    context.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy/i.test(message.text())) guard.#add(message.text());
    });
    return guard;
  }

  /** The findings since the last call, each once. */
  take(): string[] {
    return [...new Set(this.#complaints.splice(0))];
  }

  #checkAddress(address: string): void {
    const url = new URL(address);
    if (!/^(https?|wss?):$/.test(url.protocol)) return;
    if (url.host !== this.#origin && !LOCAL.test(url.hostname)) this.#add(`request to an outside host: ${address}`);
  }

  #add(complaint: string): void {
    this.#complaints.push(complaint);
  }
}
