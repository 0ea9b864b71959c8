import { expect, test } from 'vitest';
import { latestOnly } from '../../../src/webview/state/latest';

/** A clock and questions that the test answers. */
function bench(patience: number) {
  const asked: { question: string; signal: AbortSignal; settle: () => void }[] = [];
  const timers: { at: number; run: () => void }[] = [];
  let time = 0;
  const latest = latestOnly<string>(
    (question, signal) =>
      new Promise((resolve) => {
        asked.push({ question, signal, settle: resolve });
      }),
    patience,
    (run, milliseconds) => timers.push({ at: time + milliseconds, run }),
    () => time,
  );
  return {
    latest,
    asked,
    questions: () => asked.map(({ question }) => question),
    settle: async (index: number) => {
      asked[index]!.settle();
      await new Promise((resolve) => setTimeout(resolve));
    },
    pass: (milliseconds: number) => {
      time += milliseconds;
      for (const timer of timers.splice(0)) {
        if (timer.at <= time) timer.run();
        else timers.push(timer);
      }
    },
  };
}

test('one question is in flight, and only the latest waits', async () => {
  const { latest, questions, settle } = bench(0);
  for (const question of ['a', 'b', 'c', 'd']) latest.ask(question);
  expect(questions()).toEqual(['a']);
  await settle(0);
  expect(questions()).toEqual(['a', 'd']);
});

test('a newer question cancels the older one, after its patience', () => {
  const { latest, asked, pass } = bench(100);
  latest.ask('a');
  pass(30);
  latest.ask('b');
  expect(asked[0]!.signal.aborted).toBe(false);
  pass(69);
  expect(asked[0]!.signal.aborted).toBe(false);
  pass(1);
  expect(asked[0]!.signal.aborted).toBe(true);
});

test('an old question is cancelled at once, and so is one that has called enough', () => {
  const first = bench(100);
  first.latest.ask('a');
  first.pass(150);
  first.latest.ask('b');
  expect(first.asked[0]!.signal.aborted).toBe(true);

  const second = bench(100);
  second.latest.ask('a');
  second.latest.ask('b');
  second.latest.enough();
  expect(second.asked[0]!.signal.aborted).toBe(true);
});

test('enough alone cancels nothing without a newer question', () => {
  const { latest, asked } = bench(100);
  latest.ask('a');
  latest.enough();
  expect(asked[0]!.signal.aborted).toBe(false);
  latest.ask('b');
  expect(asked[0]!.signal.aborted).toBe(true);
});

test('dropping cancels the current question and forgets the waiting one', async () => {
  const { latest, asked, questions, settle } = bench(0);
  latest.ask('a');
  latest.ask('b');
  latest.drop();
  expect(asked[0]!.signal.aborted).toBe(true);
  await settle(0);
  expect(questions()).toEqual(['a']);
  latest.ask('c');
  expect(questions()).toEqual(['a', 'c']);
});
