import 'vscode-jsonrpc/node';
import { expect, test } from 'vitest';
import { PageSession } from '../../../../src/extension/panel/page-session';
import { panelRequests, type PanelRequests } from '../../../../src/protocol/panel';
import type { Handlers } from '../../../../src/rpc/peer';
import { eventually } from '../../eventually';

function session() {
  const sent: unknown[] = [];
  const signals: AbortSignal[] = [];
  const handlers = Object.fromEntries(
    Object.keys(panelRequests).map((name) => [
      name,
      (_: unknown, { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return name === 'showLog' ? Promise.resolve(null) : new Promise(() => undefined);
      },
    ]),
  ) as unknown as Handlers<PanelRequests>;
  return {
    page: new PageSession(
      (message) => sent.push(message),
      panelRequests,
      handlers,
      () => undefined,
    ),
    sent,
    signals,
  };
}

const ask = (id: number, method: string) => ({ jsonrpc: '2.0', id, method, params: { params: {} } });

test('answers the page', async () => {
  const { page, sent } = session();
  page.deliver(ask(0, 'showLog'));
  await eventually(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({ id: 0, result: null });
});

test('recognizes a new life of the page by a number that was used before', () => {
  const { page } = session();
  expect(page.isFromAnother(ask(0, 'ready'))).toBe(false);
  page.deliver(ask(0, 'ready'));
  page.deliver(ask(1, 'histogram'));
  expect(page.isFromAnother(ask(2, 'ready'))).toBe(false);
  expect(page.isFromAnother({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 0 } })).toBe(false);
  expect(page.isFromAnother('anything else')).toBe(false);
  expect(page.isFromAnother(ask(0, 'ready'))).toBe(true);
});

test('at its end pending requests are aborted and nothing more is sent', async () => {
  const { page, sent, signals } = session();
  page.deliver(ask(0, 'histogram'));
  page.deliver({ ...ask(1, 'plan'), params: { params: { step: { step: 'prune' }, download: false } } });
  page.deliver({ ...ask(2, 'histogram'), params: { params: { layers: [null], bins: 96 } } });
  await eventually(() => expect(signals).toHaveLength(2));
  const before = sent.length;
  page.end();
  page.notify('engine', { up: true, message: 'late' });
  expect(page.isOver).toBe(true);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(sent).toHaveLength(before);
});
