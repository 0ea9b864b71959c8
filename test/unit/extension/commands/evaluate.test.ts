import { expect, test, vi } from 'vitest';
import { evaluateCheckpoint, type EvaluationTools } from '../../../../src/extension/commands/evaluate';

const order = vi.hoisted((): string[] => []);
vi.mock('vscode', () => {
  class Uri {
    readonly scheme = 'file';
    constructor(readonly fsPath: string) {}
    static file = (file: string): Uri => new Uri(file);
  }
  return {
    Uri,
    workspace: { isTrusted: true },
    ProgressLocation: { Notification: 15 },
    l10n: { t: (text: string, ...values: string[]) => text.replace('{0}', values[0] ?? '') },
    window: {
      withProgress: ({ title }: { title: string }, task: (bar: unknown, token: unknown) => Promise<unknown>) => {
        order.push(`progress: ${title}`);
        const token = { isCancellationRequested: false, onCancellationRequested: () => undefined };
        return task({ report: () => undefined }, token);
      },
    },
  };
});
vi.mock('../../../../src/extension/data/pick-data', () => ({
  pickData: (_: unknown, model: string) => {
    order.push(`which data for ${model}?`);
    return Promise.resolve(undefined);
  },
}));

test('evaluating shows its progress first, then its panel, and then asks for data for the model', async () => {
  const { Uri } = await import('vscode');
  const tools = {
    engine: {
      call: () => {
        order.push('read');
        return Promise.resolve({});
      },
    },
    datasets: { for: () => undefined },
    panels: {
      show: () => {
        order.push('panel');
        return Promise.resolve();
      },
    },
  } as unknown as EvaluationTools;
  await expect(evaluateCheckpoint(tools, Uri.file('/models/b/model.json'))).rejects.toThrow('Cancelled');
  expect(order).toEqual(['progress: Evaluating b', 'panel', 'read', 'which data for /models/b/model.json?']);
});
