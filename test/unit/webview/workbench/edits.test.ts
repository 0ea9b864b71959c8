import { expect, test } from 'vitest';
import { changedField, NO_EDITS, sameEdits, type Edits } from '../../../../src/webview/workbench/edits';

const percent = (value: number, at?: number) => ({ mode: 'percent', value, at }) as const;
const withGlobal = (value: number): Edits => ({
  ...NO_EDITS,
  amounts: { ...NO_EDITS.amounts, global: percent(value) },
});

test('a drag is one field, and its end another', () => {
  expect(changedField(withGlobal(10), withGlobal(20))).toBe(changedField(withGlobal(20), withGlobal(21)));
  expect(changedField(withGlobal(20), NO_EDITS)).not.toBe(changedField(withGlobal(10), withGlobal(20)));
});

test('a threshold that follows from an amount is no change', () => {
  const pinned = { ...NO_EDITS, amounts: { ...NO_EDITS.amounts, global: percent(10, 0.2) } };
  expect(sameEdits(withGlobal(10), pinned)).toBe(true);
});

test('each added step is a change of its own, options of a step are one field each', () => {
  const [one, two, three] = [1, 2, 3].map((n): Edits => ({ ...NO_EDITS, drafts: Array.from({ length: n }, () => ({ step: 'prune' })) })); // prettier-ignore
  expect(changedField(one!, two!)).not.toBe(changedField(two!, three!));
  const draft = (change: object): Edits => ({ ...NO_EDITS, drafts: [{ step: 'prune', ...change }] });
  expect(changedField(draft({}), draft({ score: 'lamp' }))).toBe('step 0: score');
  expect(changedField(draft({}), draft({ samples: 5 }))).toBe('step 0: samples');
});
