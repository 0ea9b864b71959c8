import { expect, test } from 'vitest';
import { keepEqual } from '../../../src/webview/state/keep-equal';

test('a value that says the same is the value of before', () => {
  const keep = keepEqual<{ sparsity: number } | null>();
  const first = keep({ sparsity: 0.8 });
  expect(keep({ sparsity: 0.8 })).toBe(first);
  const second = keep({ sparsity: 0.7 });
  expect(second).toEqual({ sparsity: 0.7 });
  expect(keep(null)).toBeNull();
  expect(keep({ sparsity: 0.7 })).not.toBe(second);
});
