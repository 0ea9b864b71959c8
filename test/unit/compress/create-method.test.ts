import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { createMethod } from '../../../src/engine/compress/create-method';
import type { MethodOptions } from '../../../src/engine/compress/method';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toLayersModel } from '../layers-model';
import { readGraph } from '../../../src/engine/model/graph';
import { apply, classifier, normalisedConvolution, relu } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { tinyDataset } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

/** Two convolutions whose channels are coupled through a residual addition, and one that stands alone. */
function residual(): ModelContent {
  const draw = new Draw();
  const input = layers.input({ shape: [6, 6, 1] });
  const x = relu(normalisedConvolution(draw, input, { filters: 6, kernelSize: 3 }));
  const sum = relu(apply(layers.layers.add(), [normalisedConvolution(draw, x, { filters: 6, kernelSize: 3 }), x]));
  const alone = relu(normalisedConvolution(draw, sum, { filters: 4, kernelSize: 3 }));
  const network = layers.model({ inputs: input, outputs: classifier(draw, alone, 3) });
  const model = fromLayersModel(network);
  network.dispose();
  return model;
}

const methodOf = async (model: ModelContent, options: MethodOptions) =>
  createMethod(model, options, { data: await tinyDataset(), seed: 0, signal: new AbortController().signal });

async function outputs(model: ModelContent): Promise<number[]> {
  const running = await toLayersModel(model);
  const answer = tf.tidy(() => [
    ...(running.apply(tf.tensor(numbers(2 * 36, 7), [2, 6, 6, 1]), { training: false }) as tf.Tensor).dataSync(),
  ]);
  running.dispose();
  return answer;
}

describe('removing channels by method', () => {
  it('scans coupled channels once, and says so of the other layers', async () => {
    const model = residual();
    const { compressor } = await methodOf(model, { by: 'remove', score: 'l2' });
    const convolutions = readGraph(model).layers.filter(({ type }) => type === 'Conv2D');
    const [first, second, third] = convolutions.map(({ name }) =>
      compressor.layers.find((layer) => layer.name === name)!,
    );
    expect([first!.state, first!.size, third!.state, third!.size]).toEqual(['scanned', 6, 'scanned', 4]);
    expect(first!.parameters.length).toBe(2);
    expect(second).toMatchObject({
      state: 'skipped',
      reason: `its channels are coupled with those of "${first!.name}"`,
    });
    expect(compressor.layers.every(({ state, reason }) => state === 'scanned' || reason !== undefined)).toBe(true);
    expect((await compressor.compress(first!.name, 0.5)).reached).toBe(0.5);
  });

  it('shows the answers of the smaller model with the shapes of the large one', async () => {
    const model = residual();
    const method = await methodOf(model, { by: 'remove', score: 'magnitude' });
    const [first, third] = method.compressor.layers.filter(({ state }) => state === 'scanned');
    const { model: smaller, shown } = method.apply(
      new Map([
        [first!.name, 0.5],
        [third!.name, 0.25],
      ]),
    );
    const [masked, small] = [await outputs({ ...model, tensors: shown }), await outputs(smaller)];
    small.forEach((value, i) => expect(value).toBeCloseTo(masked[i]!, 4));
    expect(await outputs(model)).not.toEqual(masked);
  });

  it.each(['prune', 'remove'] as const)('together comes to amounts that come to the same again: %s', async (by) => {
    const model = residual();
    const method = await methodOf(model, { by, score: 'magnitude' });
    const amounts = method.globalAmounts(0.5, 'params')!;
    expect(amounts.size).toBeGreaterThan(1);
    const cut = method.apply(amounts).model;
    const again = (await methodOf(model, { by, score: 'magnitude' })).apply(amounts).model;
    expect(await outputs(again)).toEqual(await outputs(cut));
    const params = (content: ModelContent) =>
      readGraph(content).layers.reduce(
        (sum, { tensors }) => sum + tensors.reduce((all, { tensor }) => all + tensor.data.filter(Boolean).length, 0),
        0,
      );
    expect(params(cut)).toBeLessThan(0.75 * params(model));
    if (by === 'remove') expect(method.globalAmounts(1, 'params')).toBeNull();
  });
});
