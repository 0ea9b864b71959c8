import { expect, test } from 'vitest';
import { compare } from '../../conformance/compare';
import type { ConformanceResult, FileResult } from '../../conformance/result';

const result = (backend: string, files: Record<string, FileResult>): ConformanceResult => ({
  ...{ backend, files },
  ...{ loadErrors: [], fallbacks: {} },
});
const failing = (...names: string[]): FileResult['failures'] => names.map((name) => ({ name, message: 'differs' }));

test('a spec that passes on the reference must pass on ours: failing and missing ones are worse', () => {
  const reference = result('cpu', {
    'a.js': { passed: ['one', 'two', 'three'], failures: failing('four') },
    'b.js': { passed: ['one'], failures: [] },
  });
  const ours = result('ours', { 'a.js': { passed: ['one', 'two'], failures: failing('two', 'four') } });
  expect(compare(reference, ours)).toEqual({ passed: 2, worse: ['a.js two', 'a.js three', 'b.js one'], cpuOnly: 0 });
});

test('what the reference itself fails, or has for itself alone, is no fault of ours', () => {
  const reference = result('cpu', {
    'a.js': { passed: ['one', 'Switching cpu backends moves data'], failures: failing('one') },
  });
  expect(compare(reference, result('ours', {}))).toEqual({ passed: 0, worse: [], cpuOnly: 1 });
});
