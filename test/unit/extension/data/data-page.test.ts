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

const editor = vi.hoisted(() => ({
  ...{ trusted: true, root: '', pressed: undefined as string | undefined },
  ...{ opened: [] as string[], asked: [] as string[] },
}));
vi.mock('vscode', () => ({
  workspace: {
    onDidGrantWorkspaceTrust: () => ({ dispose: () => undefined }),
    get isTrusted() {
      return editor.trusted;
    },
    get workspaceFolders() {
      return [{ uri: { fsPath: editor.root } }];
    },
  },
  env: { language: 'en' },
  l10n: { t: (text: string, value = '') => text.replace('{0}', value) },
  ViewColumn: { Beside: -2 },
  Uri: {
    file: (fsPath: string) => ({ fsPath }),
    joinPath: (_: unknown, ...parts: string[]) => parts.join('/'),
  },
  window: {
    showWarningMessage: (text: string) => {
      editor.asked.push(text);
      return Promise.resolve(editor.pressed);
    },
    showTextDocument: ({ fsPath }: { fsPath: string }) => {
      editor.opened.push(fsPath);
      return Promise.resolve();
    },
  },
}));

let folder = '';
beforeEach(async () => {
  Object.assign(editor, { trusted: true, root: await temporaryFolder(), opened: [], asked: [], pressed: undefined });
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
      call: async (method: string, { data, split }: { data: DataReference; split: 'train' }) => {
        if (method === 'describeData') return describeData(await opened(data));
        if (method === 'dataColumns') return store().columns(data, '/', { download: false });
        if (method === 'normalization') return { kind: 'none', reason: JSON.stringify(data) };
        return (await opened(data)).some(split, 12);
      },
    },
    datasets: {
      choose: async (data: DataReference) => {
        chosen.push(data);
        return (await opened(data)).info;
      },
    },
    log: { show: () => undefined },
  } as unknown as DataPageTools;
  const page = new DataPage(
    { reference, model: '/models/fashion-cnn/model.json' },
    panel as unknown as vscode.WebviewPanel,
    tools,
  );
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

it('data is seen with options, and a fault tells the option', async () => {
  const { ask, page, chosen } = open(folder);
  const first = await ask('review', {});
  expect(first).toMatchObject({ written: {}, problem: null, recognized: { classes: ['cat', 'dog'] } });
  const options = { classNames: ['dog', 'cat'], validationExamples: 4 };
  const changed = await ask('review', { options });
  expect(changed.description).toMatchObject({ classes: ['dog', 'cat'], splits: [{ examples: 36 }, { examples: 4 }] });
  expect(changed.recognized).toMatchObject({ classes: ['cat', 'dog'] });
  const refused = await ask('review', { options: { classNames: ['dog', 'cow'] } });
  expect(refused).toMatchObject({ description: null, problem: { at: ['classNames'] } });
  expect(refused.problem?.sentence).toMatch(/classes that "classNames" does not name \(cat/);
  const invalid = await ask('review', { options: { preprocess: { size: [0, 3] } } });
  expect(invalid.problem).toEqual({
    sentence: 'preprocess.size[0]: too small: expected number to be >=1.',
    at: ['preprocess', 'size', '0'],
  });
  await expect(ask('use', { options })).rejects.toThrow('The data is not as it is shown here');
  await ask('review', { options });
  expect(await ask('shown', { split: 'validation', options })).toMatchObject({ examples: { length: 4 } });
  void ask('use', { options }).catch(() => undefined);
  expect(await page.decision).toMatchObject({ classNames: ['dog', 'cat'] });
  expect(chosen).toEqual([{ source: folder, ...options }]);
});

it('the normalization is found without the one that is set', async () => {
  const { ask } = open(folder);
  await ask('review', {});
  const answer = await ask('findNormalization', { options: { normalization: '[0,1]', splitSeed: 3 } });
  expect(answer).toEqual({ kind: 'none', reason: JSON.stringify({ source: folder, splitSeed: 3 }) });
});

it('saves what differs beside the data, takes what a person writes there, and asks before it writes over it', async () => {
  const { page, ask, chosen } = open(folder);
  await ask('review', {});
  const options = { splitSeed: 0, validationExamples: 4 };
  await ask('review', { options });
  expect(await ask('save', { options })).toBe(true);
  const file = path.join(editor.root, 'animals.data.json');
  const content = async (): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
  expect(await content()).toEqual({ source: './animals', validationExamples: 4 });
  const saved = await ask('review', {});
  expect(saved).toMatchObject({ file: 'animals.data.json', saveAs: 'animals.data.json', reference: file });
  expect(saved).toMatchObject({ written: { validationExamples: 4 }, recognized: { splits: [{ examples: 32 }, {}] } });
  await writeFile(file, JSON.stringify({ preprocess: { color: 'gray' }, source: './animals', validationImages: 4 }));
  await expect(ask('save', { options })).rejects.toThrow('animals.data.json is not as it was read here');
  const { description, written } = await ask('review', {});
  expect(description).toMatchObject({ splits: [{}, { examples: 4 }], preprocess: { color: 'gray' } });
  const next = { ...written, splitSeed: 2 };
  expect(await ask('save', { options: next })).toBe(false);
  expect(await content()).not.toHaveProperty('splitSeed');
  editor.pressed = 'Write Over';
  expect(await ask('save', { options: next })).toBe(true);
  expect(editor.asked).toEqual(['Write over animals.data.json?', 'Write over animals.data.json?']);
  expect(JSON.stringify(await content())).toBe(
    '{"preprocess":{"color":"gray"},"source":"./animals","validationExamples":4,"splitSeed":2}',
  );
  await writeFile(file, '{');
  await expect(ask('review', {})).rejects.toThrow('The data file "animals.data.json" is not JSON');
  await ask('edit', {});
  expect(editor.opened).toEqual([file]);
  await writeFile(file, JSON.stringify({ source: './animals' }));
  await ask('review', {});
  void ask('use', {}).catch(() => undefined);
  expect(await page.decision).toMatchObject({ name: 'animals' });
  expect(chosen).toEqual([file]);
});

it('a table whose target nothing tells offers its columns', async () => {
  const table = path.join(editor.root, 'numbers.csv');
  await writeFile(table, '1;2;0\n3;4;1\n5;6;0\n7;8;1\n');
  const { ask } = open(table);
  const seen = await ask('review', {});
  expect(seen).toMatchObject({ recognized: null, columns: ['1', '2', '3'], problem: { at: ['columns', 'target'] } });
  expect(await ask('review', { options: { columns: { target: '3' } } })).toMatchObject({
    description: { classes: ['0', '1'], columns: [{ role: 'feature' }, { role: 'feature' }, { role: 'target' }] },
    columns: ['1', '2', '3'],
  });
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
  const seen = await open(path.join(editor.root, 'notes.txt')).ask('review', {});
  expect(seen).toMatchObject({ description: null, recognized: null, columns: [], problem: { at: [] } });
  expect(seen.problem?.sentence).toMatch(/notes\.txt holds nothing that Secateur reads: give/);
});

it('an untrusted workspace reads no data', async () => {
  editor.trusted = false;
  const { ask } = open(folder);
  for (const question of [ask('review', {}), ask('use', {}), ask('save', {}), ask('shown', { split: 'train' })])
    await expect(question).rejects.toThrow(/off in Restricted Mode/);
});
