import * as vscode from 'vscode';
import { exportRequests } from '../../protocol/exports';
import type { RequestTable } from '../../protocol/table';
import type { Handlers } from '../../rpc/peer';
import { exportHandlers } from '../exports/handlers';
import { requireTrust } from '../trust';
import { pageHtml, type PageParts } from './html';
import { pageLanguage } from './page-language';
import { PageSession } from './page-session';

/** The content of a page in its own tab, and the handlers of its requests. */
export interface ServedPage<T extends RequestTable> {
  readonly extensionUri: vscode.Uri;
  /** The kind of page. */
  readonly shows: Pick<PageParts, 'compared' | 'reviewsData' | 'chartsRuns'>;
  readonly table: T;
  readonly handlers: Handlers<T>;
  /** Called when the person trusts the workspace, before the page is loaded again. */
  readonly onTrust?: () => void;
}

/** The part of an editor's panel that a page needs. */
interface PageTab extends Pick<vscode.WebviewPanel, 'visible' | 'onDidChangeViewState' | 'onDidDispose'> {
  readonly webview: Pick<
    vscode.Webview,
    'options' | 'html' | 'cspSource' | 'asWebviewUri' | 'onDidReceiveMessage' | 'postMessage'
  >;
}

/** Fills a tab with a page and answers its requests while it is visible. */
export function servePage<T extends RequestTable>(
  panel: PageTab,
  { extensionUri, shows, table, handlers, onTrust }: ServedPage<T>,
): void {
  const { webview } = panel;
  const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  let session: PageSession | undefined;
  const endPage = (): void => {
    session?.end();
    session = undefined;
  };
  webview.options = { enableScripts: true, localResourceRoots: [root] };
  webview.onDidReceiveMessage((message: unknown) => {
    if (session?.isFromAnother(message)) endPage();
    session ??= new PageSession(
      (answer) => void webview.postMessage(answer),
      { ...table, ...exportRequests },
      { ...handlers, ...exportHandlers },
      requireTrust,
    );
    session.deliver(message);
  });
  panel.onDidChangeViewState(() => {
    if (!panel.visible) endPage();
  });
  panel.onDidDispose(endPage);
  const load = (): void => {
    endPage();
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(root, 'main.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(root, 'main.css')).toString(),
      ...pageLanguage(),
      ...shows,
    });
  };
  // What was refused or left out without trust is asked again.
  const trusted = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    onTrust?.();
    load();
  });
  panel.onDidDispose(() => void trusted.dispose());
  load();
}
