import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { resolveModelPath } from '../../../src/engine/checkpoint/paths';
import type { Checkpoint } from '../../../src/engine/checkpoint/types';
import { useCustomLayers } from '../../../src/engine/model/layers-model/custom-layers';
import { INFERENCE, trainableOf } from '../../../src/engine/model/network';
import { toNetwork, whyNotRunnable } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { temporaryFolder } from '../temporary';

const modules = (name: string) => path.join(__dirname, '../../fixtures/custom-layers', name);
let model: Checkpoint;

beforeAll(async () => {
  await tf.setBackend('cpu');
  model = await readCheckpoint(await resolveModelPath(path.join(__dirname, '../../fixtures/cases/custom')));
});

const classes = () => tf.serialization.SerializationMap.getMap().classNameMap;
// Other tests share the classes of this process.
afterAll(() => delete classes()['Antirectifier']);

describe('a module of layers', () => {
  it('lets a model run whose layers it registers', async () => {
    expect(whyNotRunnable(model)).toContain('name a module that registers it with --custom-layers');
    // A module is run once in a process, so this test has one of its own.
    const own = path.join(await temporaryFolder(), 'antirectifier.mjs');
    await copyFile(modules('antirectifier.mjs'), own);
    await useCustomLayers(own);
    expect(whyNotRunnable(model)).toBeUndefined();
    const network = await toNetwork(model);
    const weights = (name: string) => {
      const { shape, data } = model.tensors.get(name)!;
      return tf.tensor(Float32Array.from(data), [...shape]);
    };
    const x = tf.randomUniform([3, 784], 0, 1, 'float32', 5);
    const hidden = tf.relu(tf.add(tf.matMul(x, weights('d1/kernel')), weights('d1/bias')));
    const bent = tf.add(tf.matMul(tf.relu(tf.neg(hidden)), weights('antirect/kernel')), weights('antirect/bias'));
    const expected = tf.softmax(tf.add(tf.matMul(tf.sub(tf.relu(hidden), bent), weights('out/kernel')), weights('out/bias'))); // prettier-ignore
    const [answer] = network.forward([x], INFERENCE);
    expect(tf.max(tf.abs(tf.sub(answer!, expected))).dataSync()[0]).toBeLessThan(1e-6);
    expect(trainableOf(network).map(({ name }) => name)).toContain('antirect/kernel');
    network.dispose();
  });

  it.each([
    ['taken.cjs', /registers "Dense", a name that is taken: give its layer another name\.$/],
    ['nothing.cjs', /registers no layer: call tf\.serialization\.registerClass of the tf that its function gets/],
    ['no-function.mjs', /exports no function: export one that takes tf and registers layers\.$/],
    ['absent.mjs', /does not exist: name a JavaScript file that registers layers\.$/],
  ])('is refused in a sentence: %s', async (name, sentence) => {
    const before = { ...classes() };
    await expect(useCustomLayers(modules(name))).rejects.toThrow(sentence);
    expect(classes()).toEqual(before);
  });
});
