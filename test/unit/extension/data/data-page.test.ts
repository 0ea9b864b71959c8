import 'vscode-jsonrpc/node';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type * as vscode from 'vscode';
import { beforeEach, expect, it, vi } from 'vitest';
import { DatasetStore } from '../../../../src/engine/dataset/store';
import { describeData } from '../../../../src/engine/requests/describe-data';
import { DataPage, type DataPageTools } from '../../../../src/extension/data/data-page';
import { dataRequests, type DataRequests } from '../../../../src/protocol/data-page';
import type { DataReference } from '../../../../src/protocol/dataset';
import { Peer, type Client } from '../../../../src/rpc/peer';
import { temporaryFolder } from '../../temporary';

const editor = vi.hoisted(() => ({ trusted: true, root: '', opened: [] as string[] }));
vi.mock('vscode', () => ({
  workspace: {
    get isTrusted() {
      return editor.trusted;
    },
    get workspaceFolders() {
      return [{ uri: { fsPath: editor.root } }];
    },
  },
  env: { language: 'en' },
  l10n: { t: (text: string) => text },
  ViewColumn: { Beside: -2 },
  Uri: {
    file: (fsPath: string) => ({ fsPath }),
    joinPath: (_: unknown, ...parts: string[]) => parts.join('/'),
  },
  window: {
    showTextDocument: ({ fsPath }: { fsPath: string }) => {
      editor.opened.push(fsPath);
      return Promise.resolve();
    },
  },
}));

let folder = '';
beforeEach(async () => {
  Object.assign(editor, { trusted: true, root: await temporaryFolder(), opened: [] });
  folder = path.join(editor.root, 'animals');
  await put('cat', 30);
  await put('dog', 10);
});

async function put(name: string, count: number): Promise<void> {
  await mkdir(path.join(folder, name), { recursive: true });
  for (let i = 0; i < count; i++) await cp('test/fixtures/pictures/rgb.png', path.join(folder, name, `${i}.png`));
}

/** The page of some data, asked as the webview asks it, with the engine's own answers. */
function open(reference: DataReference) {
  const chosen: DataReference[] = [];
  let toHost: (message: unknown) => void = () => undefined;
  let toPage: (message: unknown) => void = () => undefined;
  let disposed: () => void = () => undefined;
  const panel = {
    visible: true,
    webview: {
      cspSource: '',
      asWebviewUri: (uri: unknown) => uri,
      onDidReceiveMessage: (listener: typeof toHost) => (toHost = listener),
      postMessage: (message: unknown) => {
        toPage(structuredClone(message));
        return Promise.resolve(true);
      },
    },
    onDidChangeViewState: () => undefined,
    onDidDispose: (listener: () => void) => {
      const before = disposed;
      disposed = () => {
        before();
        listener();
      };
    },
    dispose: () => disposed(),
    reveal: () => undefined,
  };
  const store = () => new DatasetStore({ sampleFolder: folder, cacheFolder: folder }, () => undefined);
  const opened = (data: DataReference) => store().open(data, '/', { download: false });
  const tools = {
    extensionUri: '',
    engine: {
      call: async (method: string, { data, split }: { data: DataReference; split: 'train' }) =>
        method === 'describeData' ? describeData(await opened(data)) : (await opened(data)).some(split, 12),
    },
    datasets: {
      choose: async (data: DataReference) => {
        chosen.push(data);
        return (await opened(data)).info;
      },
    },
    log: { show: () => undefined },
  } as unknown as DataPageTools;
  const page = new DataPage(reference, panel as unknown as vscode.WebviewPanel, tools, 'fashion-cnn');
  const peer = new Peer({
    send: (message) => toHost(structuredClone(message)),
    onMessage: (listener) => (toPage = listener),
    onClose: () => undefined,
  });
  peer.listen();
  const ask: Client<DataRequests> = peer.client(dataRequests);
  return { page, ask, chosen, close: () => disposed() };
}

it('shows classes, splits and pictures of a folder, and uses it only then', async () => {
  const { page, ask, chosen } = open(folder);
  const review = await ask('review', {});
  expect(review).toMatchObject({
    description: {
      ...{ source: folder, name: 'animals', format: 'images', classes: ['cat', 'dog'], shape: [10, 13, 3] },
      splits: [
        { name: 'train', examples: 32, heldOut: false },
        { name: 'validation', examples: 8, heldOut: true },
      ],
    },
    ...{ file: null, saveAs: 'animals.data.json', model: 'fashion-cnn' },
  });
  const shown = await ask('shown', { split: 'validation' });
  expect(shown).toMatchObject({ kind: 'pictures' });
  expect(shown.examples).toHaveLength(8);
  expect(chosen).toEqual([]);
  void ask('use', {}).catch(() => undefined);
  expect(await page.decision).toMatchObject({ name: 'animals', classNames: ['cat', 'dog'] });
  expect(chosen).toEqual([folder]);
});

it('data that changed since it was shown is not used', async () => {
  const { ask, chosen } = open(folder);
  await expect(ask('use', {})).rejects.toThrow(/not as it is shown/);
  await ask('review', {});
  await put('owl', 5);
  await expect(ask('use', {})).rejects.toThrow('The data is not as it is shown here: read it again first.');
  expect(chosen).toEqual([]);
});

it('saves a file beside the data, opens it, and takes what a person writes in it', async () => {
  const { page, ask, chosen } = open(folder);
  await ask('review', {});
  await ask('save', {});
  const file = path.join(editor.root, 'animals.data.json');
  expect(editor.opened).toEqual([file]);
  const content: unknown = JSON.parse(await readFile(file, 'utf8'));
  expect(content).toEqual({ source: './animals', format: 'images', validationExamples: 8, splitSeed: 0 });
  expect(await ask('review', {})).toMatchObject({ file: 'animals.data.json', saveAs: null });
  await writeFile(file, JSON.stringify({ source: './animals', validationExamples: 4, preprocess: { color: 'gray' } }));
  const { description } = await ask('review', {});
  expect(description.splits[1]).toMatchObject({ name: 'validation', examples: 4 });
  expect(description.preprocess).toEqual({ color: 'gray' });
  await writeFile(file, '{');
  await expect(ask('review', {})).rejects.toThrow('The data file "animals.data.json" is not JSON');
  await ask('edit', {});
  expect(editor.opened).toEqual([file, file]);
  await writeFile(file, JSON.stringify({ source: './animals' }));
  await ask('review', {});
  void ask('use', {}).catch(() => undefined);
  expect(await page.decision).toMatchObject({ name: 'animals' });
  expect(chosen).toEqual([file]);
});

it('no file is written over', async () => {
  await writeFile(path.join(editor.root, 'animals.data.json'), 'mine');
  const { ask } = open(folder);
  expect(await ask('review', {})).toMatchObject({ saveAs: 'animals-2.data.json' });
  await ask('save', {});
  expect(await readFile(path.join(editor.root, 'animals.data.json'), 'utf8')).toBe('mine');
});

it('other data, and a page that is closed, choose nothing', async () => {
  const first = open(folder);
  void first.ask('another', {}).catch(() => undefined);
  expect(await first.page.decision).toBe('another');
  const second = open(folder);
  second.close();
  expect(await second.page.decision).toBeUndefined();
  expect([...first.chosen, ...second.chosen]).toEqual([]);
});

it('a refusal is the sentence of the engine', async () => {
  await writeFile(path.join(editor.root, 'notes.txt'), 'nothing');
  await expect(open(path.join(editor.root, 'notes.txt')).ask('review', {})).rejects.toThrow(/notes\.txt/);
});

it('an untrusted workspace reads no data', async () => {
  editor.trusted = false;
  const { ask } = open(folder);
  for (const question of [ask('review', {}), ask('use', {}), ask('save', {}), ask('shown', { split: 'train' })])
    await expect(question).rejects.toThrow(/off in Restricted Mode/);
});
