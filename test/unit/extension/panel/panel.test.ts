import 'vscode-jsonrpc/node';
import path from 'node:path';
import type * as vscode from 'vscode';
import { expect, test, vi } from 'vitest';
import { Datasets } from '../../../../src/extension/data/datasets';
import { Normalizations } from '../../../../src/extension/data/normalizations';
import { Listeners } from '../../../../src/extension/listeners';
import { CheckpointPanel } from '../../../../src/extension/panel/panel';
import type { PanelTools } from '../../../../src/extension/panel/tools';
import { writeRaw } from '../../../fixtures/tiny-model';
import { eventually } from '../../eventually';
import { temporaryFolder } from '../../temporary';

const editor = vi.hoisted(() => ({ trusted: false, granted: [] as (() => void)[] }));
vi.mock('vscode', () => {
  const nothing = { dispose: () => undefined };
  const watcher = { ...nothing, onDidChange: () => nothing, onDidCreate: () => nothing, onDidDelete: () => nothing };
  return {
    workspace: {
      get isTrusted() {
        return editor.trusted;
      },
      onDidGrantWorkspaceTrust: (listener: () => void) => {
        editor.granted.push(listener);
        return nothing;
      },
      createFileSystemWatcher: () => watcher,
      getConfiguration: () => ({ get: () => undefined }),
      getWorkspaceFolder: () => undefined,
    },
    window: { onDidChangeWindowState: () => nothing },
    env: { language: 'en' },
    l10n: { t: (text: string) => text },
    RelativePattern: class {
      readonly pattern = '*';
    },
    Uri: { file: (fsPath: string) => ({ fsPath }), joinPath: (uri: unknown) => uri },
  };
});

const info = {
  name: 'fashion-mnist',
  folder: '/data',
  sample: false,
  classNames: ['a', 'b'],
  shape: [28, 28, 1],
  format: 'idx',
  task: 'classification',
  heldOut: true,
  examples: { train: 10, validation: 5, test: 5 },
};

/** A panel with a page that keeps its messages. */
async function openPanel() {
  const model = await writeRaw(path.join(await temporaryFolder(), 'tiny'));
  const stored = new Map<string, unknown>();
  const asked: string[] = [];
  const call = (method: string) => {
    asked.push(method);
    const answers: Record<string, unknown> = {
      dataset: info,
      normalization: { kind: 'none', reason: 'the model cannot be run' },
    };
    return Promise.resolve(answers[method] ?? { weightsHash: 'x', layers: [], provenance: null });
  };
  const memento = {
    get: (key: string) => stored.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
  } as unknown as vscode.Memento;
  stored.set('chosenData', 'fashion-mnist');
  const tools = {
    extensionUri: {},
    engine: { call, changed: new Listeners(), state: { phase: 'up' } },
    datasets: new Datasets(memento, call as never, () => undefined),
    normalizations: new Normalizations(memento, call as never),
    evaluations: { kept: () => Promise.resolve(null) },
    panels: { takeFocus: () => undefined },
    log: { error: () => undefined },
  } as unknown as PanelTools;
  const told: unknown[] = [];
  let hear: (message: unknown) => void = () => undefined;
  const webview = {
    cspSource: '',
    asWebviewUri: () => '',
    postMessage: (message: unknown) => told.push(message),
    onDidReceiveMessage: (listener: typeof hear) => {
      hear = listener;
      return { dispose: () => undefined };
    },
  };
  const view = { webview, visible: true, onDidChangeViewState: () => ({}), onDidDispose: () => ({}) };
  const uri = { fsPath: model, scheme: 'file', path: model } as unknown as vscode.Uri;
  new CheckpointPanel(uri, view as unknown as vscode.WebviewPanel, tools);
  hear({ jsonrpc: '2.0', id: 0, method: 'ready', params: { params: {} } });
  await eventually(() => expect(told).toHaveLength(1));
  return { told, asked };
}

test('new trust opens the dataset of an open panel and updates its page', async () => {
  const { told, asked } = await openPanel();
  expect(told[0]).toMatchObject({ result: { trusted: false, dataset: null } });
  expect(asked).not.toContain('dataset');
  editor.trusted = true;
  for (const granted of editor.granted) granted();
  await eventually(() =>
    expect(told.at(-1)).toMatchObject({
      method: 'state',
      params: { trusted: true, dataset: { name: 'fashion-mnist' } },
    }),
  );
  expect(asked.filter((method) => method === 'dataset')).toHaveLength(1);
});
