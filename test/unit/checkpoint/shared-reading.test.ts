import { expect, it } from 'vitest';
import type { ReadListener } from '../../../src/engine/checkpoint/read-large';
import { SharedReading } from '../../../src/engine/checkpoint/shared-reading';
import { CheckpointStore } from '../../../src/engine/checkpoint/store';
import { CancelledError } from '../../../src/protocol/errors';
import type { Progress } from '../../../src/protocol/measure';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

const progress: Progress = { stage: 'reading', done: 43, total: 100, unit: 'bytes', rate: 1, secondsLeft: 57 };

/** A reading that the test ends, and what became of it. */
function reading() {
  let listener: ReadListener = {};
  let end: (value: string) => void = () => undefined;
  const seen = { abandoned: 0 };
  const shared = new SharedReading(
    (given) => {
      listener = given;
      return new Promise<string>((resolve, reject) => {
        end = resolve;
        given.signal?.addEventListener('abort', () => reject(new CancelledError()));
      });
    },
    () => seen.abandoned++,
  );
  return {
    shared,
    seen,
    tell: () => listener.onProgress?.(progress),
    end: () => end('read'),
    signal: () => listener.signal,
  };
}

it('a caller that cancels stops waiting, and the others go on', async () => {
  const { shared, seen, end, signal } = reading();
  const abort = new AbortController();
  const [one, other] = [shared.wait({ signal: abort.signal }), shared.wait()];
  abort.abort();
  await expect(one).rejects.toThrow(CancelledError);
  expect(signal()?.aborted).toBe(false);
  end();
  expect(await other).toBe('read');
  expect(await shared.wait()).toBe('read');
  expect(seen.abandoned).toBe(0);
});

it('the reading ends with its last caller', async () => {
  const { shared, seen, signal } = reading();
  const abort = new AbortController();
  const only = shared.wait({ signal: abort.signal });
  abort.abort();
  await expect(only).rejects.toThrow(CancelledError);
  expect(signal()?.aborted).toBe(true);
  expect(seen.abandoned).toBe(1);
});

it('the reading ends when its only caller had cancelled before it waited', async () => {
  const { shared, seen, signal } = reading();
  await expect(shared.wait({ signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  expect(signal()?.aborted).toBe(true);
  expect(seen.abandoned).toBe(1);
});

it('all callers hear the progress, also those that come late', async () => {
  const { shared, tell, end } = reading();
  const heard: string[] = [];
  const hear = (name: string) => ({ onProgress: ({ done }: Progress) => heard.push(`${name} ${done}`) });
  const first = shared.wait(hear('first'));
  tell();
  const second = shared.wait(hear('second'));
  tell();
  end();
  await Promise.all([first, second]);
  expect(heard).toEqual(['first 43', 'second 43', 'first 43', 'second 43']);
});

it('a checkpoint whose reading was cancelled is read again', async () => {
  const file = await writeRaw(await temporaryFolder());
  const store = new CheckpointStore();
  const abort = new AbortController();
  const work = () => Promise.resolve('open');
  const cancelled = store.use(file, work, { signal: abort.signal });
  abort.abort();
  const again = store.use(file, work);
  await expect(cancelled).rejects.toThrow(CancelledError);
  expect(await again).toBe('open');
});
