import { beforeEach, expect, it, vi } from 'vitest';
import { pickData, type DataTools } from '../../../../src/extension/data/pick-data';
import type { DatasetInfo } from '../../../../src/protocol/dataset';
import type { Progress } from '../../../../src/protocol/measure';
import type { CallOptions } from '../../../../src/rpc/peer';

/** What the person presses in the lists, one after another, and the place that each dialog answers. */
const person = vi.hoisted(() => ({
  labels: [] as string[],
  places: [] as string[],
  dialogs: [] as boolean[],
  shown: [] as unknown[],
}));
vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  ProgressLocation: { Notification: 15 },
  window: {
    showOpenDialog: ({ canSelectFiles }: { canSelectFiles: boolean }) => {
      person.dialogs.push(canSelectFiles);
      return Promise.resolve(person.places.splice(0, 1).map((fsPath) => ({ fsPath })));
    },
    withProgress: ({ title }: { title: string }, task: (bar: unknown, token: unknown) => unknown) => {
      person.shown.push(title);
      const report = (said: { message: string; increment: number }): unknown => person.shown.push(said);
      return task({ report }, { onCancellationRequested: () => undefined });
    },
  },
}));
vi.mock('../../../../src/extension/ui/wizard', () => ({
  BACK: Symbol('back'),
  pickStep: (_: unknown, __: unknown, items: { label: string }[]) => {
    const [wanted] = person.labels.splice(0, 1);
    return Promise.resolve(items.find(({ label }) => label === wanted));
  },
}));

const info = { name: 'animals' } as DatasetInfo;
const asked: unknown[] = [];
let answers: unknown[] = [];
const tools = {
  datasets: {
    chosen: undefined,
    choose: (reference: unknown, { onProgress }: CallOptions<Progress>) => {
      asked.push(`choose ${String(reference)}`);
      onProgress?.({ stage: 'downloading', done: 3, total: 12, unit: 'bytes', rate: 0, secondsLeft: 0 });
      return Promise.resolve(info);
    },
  },
  dataPages: {
    review: (...question: unknown[]) => {
      asked.push(question);
      return Promise.resolve(answers.shift());
    },
  },
} as unknown as DataTools;

beforeEach(() => {
  Object.assign(person, { labels: [], places: [], dialogs: [], shown: [] });
  asked.length = 0;
});

it('a folder is shown before it is used, with the model that needs it', async () => {
  Object.assign(person, { labels: ['Folder…'], places: ['/data/animals'] });
  answers = [info];
  expect(await pickData(tools, '/models/fashion-cnn/model.json')).toBe(info);
  expect(asked).toEqual([['/data/animals', '/models/fashion-cnn/model.json']]);
  expect(person.dialogs).toEqual([false]);
});

it('a person who wants another is asked again, and a closed page ends the choice', async () => {
  Object.assign(person, { labels: ['Folder…', 'File…'], places: ['/data/animals', '/data/wine.data.json'] });
  answers = ['another', undefined];
  expect(await pickData(tools)).toBeUndefined();
  expect(asked).toEqual([
    ['/data/animals', undefined],
    ['/data/wine.data.json', undefined],
  ]);
  expect(person.dialogs).toEqual([false, true]);
});

it('a dataset with a name is known, so it is used at once', async () => {
  person.labels = ['Fashion-MNIST'];
  expect(await pickData(tools)).toBe(info);
  expect(asked).toEqual(['choose fashion-mnist']);
  expect(person.shown[0]).toBe('Opening Fashion-MNIST');
});

it('names the model that asks, and shows how far the data is', async () => {
  person.labels = ['MNIST'];
  await pickData(tools, '/models/fashion-cnn/model.json');
  expect(person.shown).toEqual([
    'Opening MNIST for fashion-cnn',
    { message: 'downloading: 3 of 12 bytes', increment: 25 },
  ]);
});
