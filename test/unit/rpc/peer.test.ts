import 'vscode-jsonrpc/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { request, type RequestTable } from '../../../src/protocol/table';
import { Peer, type Client, type Handlers } from '../../../src/rpc/peer';
import { channelPair, type TestChannel } from './pair';
import { eventually } from '../eventually';

const table = {
  double: request({
    params: z.object({ value: z.number().min(0), by: z.number().default(2) }),
    result: z.number(),
    trust: 'reads',
  }),
  count: request({
    params: z.object({ to: z.number() }),
    result: z.string(),
    progress: z.object({ at: z.number() }),
    trust: 'reads',
  }),
  wait: request({ params: z.object({}), result: z.null(), trust: 'reads' }),
  fail: request({
    params: z.object({ how: z.enum(['user', 'fault', 'cancelled', 'text']) }),
    result: z.null(),
    trust: 'reads',
  }),
  lie: request({ params: z.object({}), result: z.number(), trust: 'reads' }),
} satisfies RequestTable;

const notifications = { news: z.object({ text: z.string() }) };

let channels: { left: TestChannel; right: TestChannel };
let server: Peer;
let caller: Peer;
let call: Client<typeof table>;
/** Signals of the `wait` requests that reached the server. */
let waiting: AbortSignal[];
const unhandled = vi.fn();

const handlers: Handlers<typeof table> = {
  double: ({ value, by }) => Promise.resolve(value * by),
  count: ({ to }, { report }) => {
    for (let at = 1; at <= to; at++) report({ at });
    return Promise.resolve('counted');
  },
  wait: (_, { signal }) => {
    waiting.push(signal);
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new CancelledError()), { once: true }),
    );
  },
  fail({ how }) {
    if (how === 'user') throw new UserError('The shard is missing: copy it back.', { cause: new Error('ENOENT') });
    if (how === 'cancelled') throw new CancelledError();
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- foreign code does
    if (how === 'text') throw 'just text';
    throw new TypeError('undefined is not a function');
  },
  lie: () => Promise.resolve('no number' as unknown as number),
};

beforeEach(() => {
  waiting = [];
  channels = channelPair();
  server = new Peer(channels.right);
  server.serve(table, handlers);
  server.listen();
  caller = new Peer(channels.left);
  call = caller.client(table);
  caller.listen();
  unhandled.mockReset();
  process.on('unhandledRejection', unhandled);
});

afterEach(async () => {
  await settle();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

describe('a request', () => {
  it('is answered, with the defaults of its schema filled in', async () => {
    expect(await call('double', { value: 4 })).toBe(8);
    expect(await call('double', { value: 4, by: 3 })).toBe(12);
  });

  it('is refused with one sentence when its parameters do not fit', async () => {
    const failure = await failureOf(call('double', { value: -1 }));
    expect(failure).toBeInstanceOf(UserError);
    expect(failure.message).toMatch(/^The request "double" is not valid: value: .+\.$/);
  });

  it('is refused when the answer does not fit', async () => {
    const failure = await failureOf(call('lie', {}));
    expect(failure).not.toBeInstanceOf(UserError);
    expect(failure.message).toContain('The answer to "lie" is not valid');
  });

  it('reports its progress in order, before the answer', async () => {
    const seen: number[] = [];
    const answer = call('count', { to: 5 }, { onProgress: ({ at }) => seen.push(at) });
    expect(await answer).toBe('counted');
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps the progress of two calls of the same kind apart', async () => {
    const first: number[] = [];
    const second: number[] = [];
    await Promise.all([
      call('count', { to: 2 }, { onProgress: ({ at }) => first.push(at) }),
      call('count', { to: 3 }, { onProgress: ({ at }) => second.push(at) }),
    ]);
    expect([first, second]).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });
});

describe('a failure', () => {
  it('that the person can fix arrives as such, its cause for the log', async () => {
    const failure = await failureOf(call('fail', { how: 'user' }));
    expect(failure).toBeInstanceOf(UserError);
    expect(failure.message).toBe('The shard is missing: copy it back.');
    expect(failure.cause).toContain('ENOENT');
  });

  it('of the program arrives as an error with the stack of the other end', async () => {
    const failure = await failureOf(call('fail', { how: 'fault' }));
    expect(failure).not.toBeInstanceOf(UserError);
    expect(failure.message).toBe('undefined is not a function');
    expect(failure.cause).toContain('peer.test.ts');
  });

  it('that is not an Error arrives as one', async () => {
    expect((await failureOf(call('fail', { how: 'text' }))).message).toBe('just text');
  });

  it('by a cancel at the other end is a cancellation', async () => {
    expect(await failureOf(call('fail', { how: 'cancelled' }))).toBeInstanceOf(CancelledError);
  });
});

describe('cancelling', () => {
  it('aborts the handler and settles the call', async () => {
    const abort = new AbortController();
    const answer = failureOf(call('wait', {}, { signal: abort.signal }));
    await eventually(() => expect(waiting).toHaveLength(1));
    abort.abort();
    expect(await answer).toBeInstanceOf(CancelledError);
    expect(waiting[0]!.aborted).toBe(true);
  });

  it('before the call sends nothing', async () => {
    expect(await failureOf(call('wait', {}, { signal: AbortSignal.abort() }))).toBeInstanceOf(CancelledError);
    await settle();
    expect(waiting).toHaveLength(0);
  });

  it('of one call leaves the others alone', async () => {
    const abort = new AbortController();
    const dropped = failureOf(call('wait', {}, { signal: abort.signal }));
    void failureOf(call('wait', {}));
    await eventually(() => expect(waiting).toHaveLength(2));
    abort.abort();
    await dropped;
    expect(waiting.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(await call('double', { value: 1 })).toBe(2);
  });
});

describe('the end of a connection', () => {
  it('rejects every pending call with the reason, as a sentence for the person', async () => {
    const answers = [failureOf(call('wait', {})), failureOf(call('wait', {}))];
    await eventually(() => expect(waiting).toHaveLength(2));
    channels.left.close('The engine stopped (signal SIGKILL).');
    for (const failure of await Promise.all(answers)) {
      expect(failure).toBeInstanceOf(UserError);
      expect(failure.message).toBe('The engine stopped (signal SIGKILL).');
    }
  });

  it('rejects later calls with the same reason', async () => {
    caller.close('gone');
    expect((await failureOf(call('double', { value: 1 }))).message).toBe('gone');
  });

  it('aborts running handlers', async () => {
    void failureOf(call('wait', {}));
    await eventually(() => expect(waiting).toHaveLength(1));
    server.close('the host went away');
    expect(waiting[0]!.aborted).toBe(true);
  });

  it('lets a handler report into a broken pipe without harm', async () => {
    channels.right.broken = new Error('ERR_IPC_CHANNEL_CLOSED');
    const answer = failureOf(call('count', { to: 3 }, { onProgress: () => undefined }));
    server.notify(notifications, 'news', { text: 'lost' });
    await settle();
    caller.close('gone');
    expect((await answer).message).toBe('gone');
  });
});

describe('notifications', () => {
  it('arrive, and those that do not fit their schema are ignored', async () => {
    const heard: string[] = [];
    caller.onNotification(notifications, 'news', ({ text }) => heard.push(text));
    server.notify(notifications, 'news', { text: 'one' });
    server.notify(notifications, 'news', { text: 2 } as unknown as { text: string });
    server.notify(notifications, 'news', { text: 'three' });
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard).toEqual(['one', 'three']);
  });

  it('are not sent after the end', () => {
    server.close('over');
    expect(() => server.notify(notifications, 'news', { text: 'late' })).not.toThrow();
  });
});

it('ignores anything but JSON-RPC in the same pipe', async () => {
  channels.left.send({ type: 'something else' });
  channels.left.send(null);
  expect(await call('double', { value: 2 })).toBe(4);
});

/** The error of a rejected promise. */
async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('It was expected to fail.');
}

/** Lets all sent messages arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
