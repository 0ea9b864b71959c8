import path from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import { inspect } from '../../../../src/engine/measure/inspect';
import { chartedCheckpoint } from '../../../../src/extension/runs-chart/charted-checkpoint';
import { ChartedModel } from '../../../../src/protocol/runs-page';

const nameOf = (file: string): string => path.basename(file);

test('a checkpoint that no run wrote has its sizes, and the metric that was written into it', async () => {
  const sample = await inspect(await readCheckpoint(path.resolve('media/samples/fashion-cnn/model.json')));
  const charted = ChartedModel.parse(chartedCheckpoint(sample, nameOf));
  expect(charted).toMatchObject({ name: 'fashion-cnn', totals: { params: 458_570 }, split: 'test' });
  expect(charted.metrics?.[0]).toMatchObject({ name: 'accuracy' });
  const plain = await inspect(await readCheckpoint(path.resolve('test/fixtures/keras/inverted/model.json')));
  expect(chartedCheckpoint(plain, nameOf)).toMatchObject({ name: 'inverted', metrics: null });
});
