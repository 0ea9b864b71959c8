import 'vscode-jsonrpc/node';
import type * as vscode from 'vscode';
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
  Uri: { joinPath: (uri: unknown) => uri },
}));

test('a page is loaded again when the person trusts the workspace, once it has forgotten what it knew without', () => {
  const pages: string[] = [];
  const steps: string[] = [];
  const closed: (() => void)[] = [];
  const webview = {
    cspSource: '',
    asWebviewUri: () => '',
    onDidReceiveMessage: () => ({}),
    set html(html: string) {
      pages.push(html);
      steps.push('page');
    },
  };
  const view = {
    webview,
    onDidChangeViewState: () => ({}),
    onDidDispose: (listener: () => void) => closed.push(listener),
  };
  servePage(view as unknown as vscode.WebviewPanel, {
    extensionUri: {} as vscode.Uri,
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
