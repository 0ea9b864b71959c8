import { expect, test } from 'vitest';
import { keepEqual } from '../../../src/webview/state/keep-equal';

test('an equal value is replaced by the previous one', () => {
  const keep = keepEqual<{ sparsity: number } | null>();
  const first = keep({ sparsity: 0.8 });
  expect(keep({ sparsity: 0.8 })).toBe(first);
  const second = keep({ sparsity: 0.7 });
  expect(second).toEqual({ sparsity: 0.7 });
  expect(keep(null)).toBeNull();
  expect(keep({ sparsity: 0.7 })).not.toBe(second);
});
