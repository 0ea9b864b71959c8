import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockOf, commonPrefix, halves } from '../../../../src/webview/layers/names';

test('the beginning of all names is folded up to a separator', () => {
  expect(commonPrefix(['StatefulPartitionedCall/a/w', 'StatefulPartitionedCall/ab/w'])).toBe(
    'StatefulPartitionedCall/',
  );
  expect(commonPrefix(['model.0.conv', 'model.1.conv'])).toBe('model.');
});

test('short beginnings, whole names and single names are not folded', () => {
  expect(commonPrefix(['conv_1', 'conv_2'])).toBe('');
  expect(commonPrefix(['a/b', 'a/c'])).toBe('');
  expect(commonPrefix(['only/one'])).toBe('');
  expect(commonPrefix([])).toBe('');
});

test('every name begins with the folded beginning', () => {
  const name = fc.array(fc.constantFrom('net', 'a', 'conv', '1'), { minLength: 1 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(name, { minLength: 2 }), (names) => {
      const prefix = commonPrefix(names);
      expect(names.every((one) => one.startsWith(prefix))).toBe(true);
      expect(prefix === '' || prefix.endsWith('/')).toBe(true);
    }),
  );
});

test('both halves make the name', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(halves(name).join('')).toBe(name);
    }),
  );
});

test.each([
  ['block_3_expand', 'block_3'],
  ['block_3_expand_BN', 'block_3'],
  ['conv5_block2_3_conv', 'conv5_block2'],
  ['conv5_block10_0_relu', 'conv5_block10'],
  ['block4a_project_conv', 'block4a'],
  ['encoder/layer_11/attention/self/query', 'encoder/layer_11'],
  ['mobilenet/top/logits', 'mobilenet/top'],
  ['stage2/unit_1/conv', 'stage2/unit_1'],
])('%s is in %s', (name, block) => {
  expect(blockOf(name)).toBe(block);
});

test.each(['conv2d_1', 'dense', 'block_3', 'predictions', 'Conv1'])('%s is in no block', (name) => {
  expect(blockOf(name)).toBeNull();
});

test('what all names begin with is no block', () => {
  expect(blockOf('net/dense', 'net/')).toBeNull();
  expect(blockOf('net/block_1_conv', 'net/')).toBe('block_1');
});
