/** Builds the development page into `folder` and serves it on this machine; `readable` keeps it fit for a debugger. Answers the address and a function that ends it. */
export function servePlayground(
  folder: string,
  options?: { port?: number; readable?: boolean },
): Promise<{ address: string; end: () => Promise<void> }>;
