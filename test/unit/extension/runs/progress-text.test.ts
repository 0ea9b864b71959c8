import { expect, test } from 'vitest';
import { epochRecord } from '../../../../src/protocol/epoch';
import { measured } from '../../../../src/protocol/metric';
import { logLine, shortProgressText } from '../../../../src/extension/runs/progress-text';
import { progressText, share } from '../../../../src/protocol/measure/progress';

const progress = { stage: 'evaluate', done: 4000, total: 10_000, unit: 'images', rate: 2500.4, secondsLeft: 2.4 };

test('names stage, progress, rate and time left', () => {
  expect(progressText(progress)).toBe('evaluate: 4,000 of 10,000 images, 2,500 images/s, 3 s left');
  expect(shortProgressText({ share: 0.4, secondsLeft: 2.4 })).toBe('40%, 3 s left');
  expect(progressText(progress, { share: 0.25, secondsLeft: 60 })).toBe(
    'evaluate: 25%, 4,000 of 10,000 images, 2,500 images/s, 1 min 0 s left',
  );
  expect(progressText(progress, { share: 0.25 })).toBe('evaluate: 25%, 4,000 of 10,000 images, 2,500 images/s');
});

test('leaves out an unknown rate and time', () => {
  const start = { ...progress, done: 0, rate: 0, secondsLeft: Number.POSITIVE_INFINITY };
  expect(progressText(start)).toBe('evaluate: 0 of 10,000 images');
  expect(shortProgressText({ share: 0 })).toBe('0%');
  expect(shortProgressText({ share: 1, secondsLeft: 0 })).toBe('100%');
  expect(progressText({ ...progress, rate: 0.1234 })).toContain('0.123 images/s');
});

test('a share stays within 0 and 1, also without a total', () => {
  expect(share({ ...progress, total: 0 })).toBe(0);
  expect(share({ ...progress, done: 20_000 })).toBe(1);
});

test('an epoch is one line in the log, progress is none', () => {
  const record = epochRecord({
    epoch: 1,
    loss: 0.4444,
    training: [measured('accuracy', 0.84)],
    validation: [measured('accuracy', 0.88)],
    test: [measured('accuracy', 0.871)],
    seconds: 9.87,
  });
  expect(logLine({ kind: 'epoch', step: 'train', epochs: 9, record })).toBe(
    'epoch 1 of 9: loss 0.4444, accuracy 84.00% training, 88.00% validation, 87.10% test, 9.9 s',
  );
  const errors = epochRecord({
    ...{ epoch: 2, loss: 0.0026, seconds: 1 },
    training: [measured('rmse', 0.051)],
    validation: [measured('rmse', 0.0531)],
  });
  expect(logLine({ kind: 'epoch', step: 'train', epochs: 9, record: errors })).toBe(
    'epoch 2 of 9: loss 0.0026, RMSE 0.05100 training, 0.05310 validation, 1.0 s',
  );
  expect(logLine({ kind: 'progress', progress })).toBeUndefined();
});
