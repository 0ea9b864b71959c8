import { beforeEach, expect, test, vi } from 'vitest';
import { offer, type OfferTools } from '../../../src/extension/open-offer/offer';
import { memory } from './runs/memory';

const editor = vi.hoisted(() => ({ answer: undefined as string | undefined, told: [] as string[] }));
vi.mock('vscode', () => ({
  window: {
    showInformationMessage: (text: string) => {
      editor.told.push(text);
      return Promise.resolve(editor.answer);
    },
  },
}));
beforeEach(() => Object.assign(editor, { answer: undefined, told: [] }));

const uri = (fsPath: string): Parameters<typeof offer>[1] => ({ scheme: 'file', fsPath }) as never;
const toolsWith = (everywhere = memory()) => {
  const shown: string[] = [];
  const known = new Set<string>();
  const tools: OfferTools = {
    scanner: { checkpoints: ['/a/model.json', '/b/model.json'], whenScanned: () => Promise.resolve() },
    panels: {
      show: ({ fsPath }) => Promise.resolve(void shown.push(fsPath)),
      wasShown: (model) => known.has(model),
    },
    ...{ everywhere, workspace: memory() },
  };
  return { tools, shown, known };
};

test('the panel is offered once in a workspace, for a model.json that is a checkpoint', async () => {
  const { tools, shown } = toolsWith();
  expect(await offer(tools, uri('/c/model.json'))).toBe(false);
  expect(await offer(tools, uri('/a/package.json'))).toBe(false);
  editor.answer = 'Open in Secateur';
  expect(await offer(tools, uri('/a/model.json'))).toBe(true);
  expect([shown, editor.told]).toEqual([
    ['/a/model.json'],
    ['a is a neural network: see its layers and weights in Secateur?'],
  ]);
  expect(await offer(tools, uri('/b/model.json'))).toBe(false);
});

test('nobody is asked again who said so, nor who came from the panel', async () => {
  const everywhere = memory();
  editor.answer = "Don't Ask Again";
  expect(await offer(toolsWith(everywhere).tools, uri('/a/model.json'))).toBe(true);
  expect(await offer(toolsWith(everywhere).tools, uri('/a/model.json'))).toBe(false);
  const { tools, known } = toolsWith();
  known.add('/a/model.json');
  expect(await offer(tools, uri('/a/model.json'))).toBe(false);
});
