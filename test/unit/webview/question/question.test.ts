import { expect, test } from 'vitest';
import { CancelledError } from '../../../../src/protocol/errors';
import { question } from '../../../../src/webview/question/question';

test('a question that somebody cancelled says so beside its words, which may be in any language', async () => {
  const faults = [new CancelledError(), new Error('Cancelled.'), null];
  const asked = question(() => {
    const fault = faults.shift();
    return fault ? Promise.reject(fault) : Promise.resolve(7);
  });
  await asked.ask();
  expect([asked.problem.value, asked.isCancelled.value]).toEqual(['Cancelled.', true]);
  await asked.ask();
  expect([asked.problem.value, asked.isCancelled.value]).toEqual(['Cancelled.', false]);
  await asked.ask();
  expect([asked.problem.value, asked.isCancelled.value, asked.answer.value]).toEqual([null, false, 7]);
});
