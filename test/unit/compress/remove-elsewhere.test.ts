import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { isElsewhere } from '../../../src/engine/checkpoint/values';
import { checkPlan, planByStep } from '../../../src/engine/compress/remove/remove';
import { tf } from '../../../src/engine/tf';
import { RemoveStep } from '../../../src/protocol/steps/remove';

beforeAll(() => tf.setBackend('cpu'));

const SAMPLE = path.resolve(import.meta.dirname, '../../../media/samples/fashion-cnn/model.json');
const bytesOf = ({ tensors }: ModelContent) =>
  [...tensors.values()].map(({ name, shape, data }) => ({
    ...{ name, shape },
    bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  }));

it('removes from weights that are elsewhere what it removes from memory, and masks the same', async () => {
  const step = RemoveStep.parse({ step: 'remove', amount: { channels: 0.3 } });
  const options = { seed: 0, dataset: null };
  const models = [await readCheckpoint(SAMPLE), await readCheckpoint(SAMPLE, { largeFrom: 0 })];
  const [whole, large] = await Promise.all(models.map((model) => planByStep(model, step, options)));
  expect([...large!.removed]).toEqual([...whole!.removed]);
  expect(large!.totals.after.params).toBeLessThan(large!.totals.before.params);
  expect([...large!.model.tensors.values()].every(isElsewhere)).toBe(true);
  expect(bytesOf(large!.model)).toEqual(bytesOf(whole!.model));
  expect(bytesOf(large!.expected())).toEqual(bytesOf(whole!.expected()));
  expect(await checkPlan(large!, step, options)).toEqual(await checkPlan(whole!, step, options));
});
