import 'vscode-jsonrpc/node';
import * as vscode from 'vscode';
import { expect, test, vi } from 'vitest';
import { servePage } from '../../../../src/extension/panel/serve-page';

const editor = vi.hoisted(() => ({ granted: new Set<() => void>() }));
vi.mock('vscode', () => ({
  workspace: {
    isTrusted: false,
    onDidGrantWorkspaceTrust: (listener: () => void) => {
      editor.granted.add(listener);
      return { dispose: () => editor.granted.delete(listener) };
    },
  },
  env: { language: 'en' },
  l10n: { t: (text: string) => text },
  Uri: { file: (fsPath: string) => ({ fsPath }), joinPath: (uri: unknown) => uri },
}));

const NOTHING = { dispose: () => undefined };

test('a page is loaded again when the person trusts the workspace, once it has forgotten what it knew without', () => {
  const pages: string[] = [];
  const steps: string[] = [];
  const closed: (() => void)[] = [];
  const webview = {
    ...{ cspSource: '', options: {} },
    asWebviewUri: (uri: vscode.Uri) => uri,
    postMessage: () => Promise.resolve(true),
    onDidReceiveMessage: () => NOTHING,
    get html() {
      return pages.at(-1) ?? '';
    },
    set html(html: string) {
      pages.push(html);
      steps.push('page');
    },
  };
  const view = {
    webview,
    visible: true,
    onDidChangeViewState: () => NOTHING,
    onDidDispose: (listener: () => void) => {
      closed.push(listener);
      return NOTHING;
    },
  };
  servePage(view, {
    extensionUri: vscode.Uri.file('/extension'),
    ...{ shows: { chartsRuns: true }, table: {}, handlers: {}, onTrust: () => steps.push('forget') },
  });
  expect(pages).toHaveLength(1);
  for (const granted of editor.granted) granted();
  expect(steps).toEqual(['page', 'forget', 'page']);
  // Another nonce, so that the editor loads it.
  expect(pages[1]).not.toBe(pages[0]);
  for (const close of closed) close();
  expect(editor.granted.size).toBe(0);
});
