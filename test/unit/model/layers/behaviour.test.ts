import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { backendStats, disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { readGraph } from '../../../../src/engine/model/graph';
import { INFERENCE, trainableOf } from '../../../../src/engine/model/network';
import { toNetwork, whyNotRunnable } from '../../../../src/engine/model/runnable';
import { validateDescription } from '../../../../src/engine/model/layers-model/validate';
import { tf } from '../../../../src/engine/tf';
import { UserError } from '../../../../src/protocol/errors';
import { CASES, contentOf, distance, fixture, inputsOf } from './fixture';

let backend = '';
beforeAll(async () => {
  backend = (await installBackend()).name;
});
afterAll(disposeBackend);

/** A description with other settings of the layers of one type. */
const withSettings = (topology: object, type: string, settings: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(topology), (_, value: unknown): unknown => {
    const layer = z.looseObject({ class_name: z.literal(type), config: z.looseObject({}) }).safeParse(value);
    return layer.success ? { ...layer.data, config: { ...layer.data.config, ...settings } } : value;
  }) as Record<string, unknown>;

describe('layers of Keras', () => {
  it.each(CASES.filter((name) => !name.endsWith('-2')))('%s takes a step of training on the backend', async (name) => {
    await tf.setBackend(backend);
    const keras = fixture(name);
    const network = await toNetwork(contentOf(keras));
    const inputs = inputsOf(keras);
    expect(distance(network.forward(inputs, INFERENCE)[0]!.dataSync(), keras.outputs[0]!.values)).toBeLessThan(1e-5);
    const trained = trainableOf(network).map(({ variable }) => variable);
    if (trained.length > 0) {
      const loss = (training: boolean) => () => {
        const [output] = network.forward(inputs, training ? { training, draws: [1] } : INFERENCE);
        return tf.sum(tf.square(tf.add(output!, 1))).asScalar();
      };
      const { grads } = tf.variableGrads(loss(true), trained);
      for (const { name: own } of trained) expect([...grads[own]!.dataSync()].every(Number.isFinite)).toBe(true);
      const before = loss(false)().dataSync()[0]!;
      tf.train.sgd(1e-4).minimize(loss(false), false, trained);
      expect(loss(false)().dataSync()[0]).toBeLessThanOrEqual(before);
    }
    expect(backendStats().fallbacks).toEqual({});
    network.dispose();
  });

  it.each([
    ['grouped-convolution-each-2', 6 + 3, ['DepthwiseConv2dNative', 'DepthwiseConv2dNative']],
    ['grouped-convolution-many-2', 36 + 36, ['Conv2D', 'Conv2D', 'Conv2D', 'Conv2D']],
  ])('%s takes few convolutions for %d groups', async (name, _, convolutions) => {
    await tf.setBackend('cpu');
    const network = await toNetwork(contentOf(fixture(name)));
    const { kernels } = await tf.profile(() => network.forward(inputsOf(fixture(name)), INFERENCE)[0]!);
    expect(kernels.map((kernel) => kernel.name).filter((kernel) => /Conv/.test(kernel))).toEqual(convolutions);
    network.dispose();
  });

  it('count what they multiply', () => {
    const macs = (name: string) => readGraph(contentOf(fixture(name))).nodes.map((node) => [node.type, node.macs]);
    // 3 vectors of 3 numbers, 2 heads of 3: four products, and 2 * 3 * 3 pairs of 3 and 3.
    expect(macs('multi-head-attention')).toContainEqual(['MultiHeadAttention', 4 * 3 * 3 * 6 + 2 * 9 * 6]);
    expect(macs('attention')).toContainEqual(['Attention', 3 * 5 * 8]);
    expect(macs('einsum-dense')).toContainEqual(['EinsumDense', 3 * 4 * 2 * 3]);
  });

  it('have kernels that can be pruned, and nothing else', () => {
    const prunable = (name: string) =>
      readGraph(contentOf(fixture(name))).nodes.flatMap(({ tensors }) =>
        tensors.filter((one) => one.prunable).map(({ tensor }) => tensor.name),
      );
    expect(prunable('multi-head-attention-value-2')).toEqual(
      ['query', 'key', 'value', 'attention_output'].map((one) => `multi_head_attention/${one}/kernel`),
    );
    expect(prunable('einsum-dense-2')).toEqual(['einsum_dense/kernel']);
    for (const name of ['group-normalization', 'layer-scale', 'additive-attention']) expect(prunable(name)).toEqual([]);
  });

  it.each([
    ['multi-head-attention', 'MultiHeadAttention', { num_heads: 2 ** 30 }, /multi_head_attention/],
    ['multi-head-attention', 'MultiHeadAttention', { num_heads: 2 ** 23, key_dim: 2 ** 23 }, /GiB|channels|multi_head/],
    ['multi-head-attention', 'MultiHeadAttention', { use_gate: true }, /has use_gate set to true/],
    ['multi-head-attention-image', 'MultiHeadAttention', { attention_axes: [2] }, /some axes of its input only/],
    ['einsum-dense', 'EinsumDense', { equation: 'abc,cde->bade' }, /equation that does not fit/],
    ['einsum-dense', 'EinsumDense', { equation: 7 }, /setting "equation"/],
    ['group-normalization', 'GroupNormalization', { groups: 4 }, /divides 6 channels into 4 groups/],
    ['normalization-given', 'Normalization', { mean: [1, 2, 3] }, /3 means or variances for 2 channels/],
    ['layer-scale', 'LayerScale', { projection_dim: 1e9 }, /1000000000 as its projection_dim/],
  ])('%s refuses hostile settings of %s: %j', async (name, type, settings, sentence) => {
    const content = contentOf(fixture(name));
    const changed = { ...content, modelTopology: withSettings(content.modelTopology, type, settings) };
    const whole = async () => {
      validateDescription(changed.modelTopology);
      const why = whyNotRunnable(changed);
      if (why !== undefined) throw new UserError(why);
      await toNetwork(changed);
    };
    await expect(whole()).rejects.toThrow(sentence);
    await expect(whole()).rejects.toBeInstanceOf(UserError);
  });
});
