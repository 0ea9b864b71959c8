import { beforeAll, expect, it } from 'vitest';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { readGraph } from '../../../src/engine/model/graph';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { checkDifference } from '../../../src/engine/compress/remove/difference';
import { planRemove } from '../../../src/engine/compress/remove/plan';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { tf } from '../../../src/engine/tf';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { CASES, contentOf, fixture } from '../model/layers/fixture';

beforeAll(() => tf.setBackend('cpu'));

/** Small networks of keras.applications, with the operations that Keras lists as layers. */
const NETWORKS = CASES.filter((name) => name.startsWith('network-'));

/** A convolution, a reshape that says its number of channels, and a dense layer. */
function reshaping(reshape: Record<string, unknown>, version: string): ModelContent {
  const keras3 = version.startsWith('3');
  const tensor = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
  const call = (name: string) => (keras3 ? { args: [tensor(name)], kwargs: {} } : [[name, 0, 0, {}]]);
  const layer = (type: string, name: string, config: object, from?: string) => ({
    ...{ class_name: type, name, config: { name, trainable: true, ...config } },
    inbound_nodes: from === undefined ? [] : [call(from)],
  });
  const layers = [
    layer('InputLayer', 'in', { [keras3 ? 'batch_shape' : 'batch_input_shape']: [null, 4, 4, 2] }),
    layer('Conv2D', 'c', { filters: 8, kernel_size: [1, 1], activation: 'relu', use_bias: false }, 'in'),
    { name: 'r', ...reshape },
    layer('Dense', 'd', { units: 3, use_bias: false }, 'r'),
  ];
  const config = { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [['d', 0, 0]] };
  const shapes = { 'c/kernel': [1, 1, 2, 8], 'd/kernel': [8, 3] };
  return {
    format: 'layers-model',
    modelTopology: { keras_version: version, model_config: { class_name: 'Functional', config } },
    tensors: new Map(
      Object.entries(shapes).map(([name, shape], i) => {
        const data = Float32Array.from(
          numbers(
            shape.reduce((a, b) => a * b),
            i + 1,
          ),
        );
        return [name, { name, shape, dtype: 'float32' as const, data }];
      }),
    ),
  };
}

it.each([
  [
    '2.15.0',
    {
      ...{ class_name: 'TFOpLambda', config: { name: 'r', trainable: true, function: 'reshape' } },
      inbound_nodes: [['c', 0, 0, { shape: [-1, 16, 8] }]],
    },
  ],
  [
    '3.8.0',
    {
      ...{ class_name: 'Reshape', config: { name: 'r', newshape: [-1, 16, 8] } },
      inbound_nodes: [
        { args: [{ class_name: '__keras_tensor__', config: { keras_history: ['c', 0, 0] } }], kwargs: {} },
      ],
    },
  ],
])('of Keras %s a reshape that is listed as a layer gets the new number of channels', async (version, reshape) => {
  const model = reshaping(reshape, version);
  const step = RemoveStep.parse({ step: 'remove', amount: { channels: 0.5 } });
  const all = [...new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs))];
  const plan = planRemove(model, step, new Map(all.map((group, i) => [group, 1 + numbers(all.length)[i]!])));
  expect(plan.model.tensors.get('d/kernel')!.shape).toEqual([4, 3]);
  const { difference } = await checkDifference(plan.expected(), plan.model);
  expect(difference!.largest).toBeLessThan(1e-5);
});

it.each(NETWORKS)('%s loses channels, and answers as with these masked', async (name) => {
  const model = contentOf(fixture(name));
  const all = [...new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs))];
  const step = RemoveStep.parse({ step: 'remove', amount: { channels: 0.3 }, scope: 'layer' });
  const plan = planRemove(model, step, new Map(all.map((group, i) => [group, 1 + numbers(all.length)[i]!])));
  const { difference } = await checkDifference(plan.expected(), plan.model);
  expect(difference!.largest).toBeLessThan(1e-3);
  const params = ({ layers }: ReturnType<typeof readGraph>) => layers.reduce((sum, one) => sum + one.params, 0);
  expect(params(readGraph(plan.model))).toBeLessThan(0.95 * params(readGraph(model)));
});
