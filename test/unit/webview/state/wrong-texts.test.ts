import { beforeEach, expect, test } from 'vitest';
import { keptIn, moveWrongTexts, wrongTexts } from '../../../../src/webview/state/wrong-texts';

beforeEach(() => {
  wrongTexts.value = [];
});

test('a wrong text is kept for its field of its step, until it is right', () => {
  const field = keptIn(1, () => false)('amount', 'Amount');
  field.note('ninety', 'Enter 0 to 100.');
  expect(keptIn(1, () => false)('amount', 'Amount').text).toBe('ninety');
  expect(keptIn(0, () => false)('amount', 'Amount').text).toBeNull();
  expect(keptIn(1, () => false)('other', 'Other').text).toBeNull();
  field.note('90', null);
  expect(wrongTexts.value).toEqual([]);
});

test('it stays when its step is left, and goes with a field that goes from its own step', () => {
  keptIn(0, () => false)('amount', 'Amount').note('much', 'Enter 0 to 100.');
  keptIn(0, () => false)('amount', 'Amount').gone();
  expect(wrongTexts.value).toHaveLength(1);
  keptIn(0, () => true)('amount', 'Amount').gone();
  expect(wrongTexts.value).toEqual([]);
});

test('it moves with its step, and goes with it', () => {
  keptIn(0, () => false)('a', 'A').note('x', 'X.');
  keptIn(2, () => false)('b', 'B').note('y', 'Y.');
  moveWrongTexts((step) => (step === 0 ? null : step - 1));
  expect(wrongTexts.value).toEqual([{ step: 1, id: 'b', label: 'B', text: 'y', problem: 'Y.' }]);
});
