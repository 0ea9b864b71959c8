import { expect, test } from 'vitest';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { whyNotRunnable } from '../../../src/engine/model/runnable';

const sequential = (layer: object): ModelContent => ({
  format: 'layers-model',
  tensors: new Map(),
  modelTopology: {
    keras_version: '2.15.0',
    model_config: {
      class_name: 'Sequential',
      config: {
        name: 'net',
        layers: [{ class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 4] } }, layer],
      },
    },
  },
});
/** Keras 3 writes it; it makes the layer one that is translated. */
const POLICY = { class_name: 'DTypePolicy', config: { name: 'float32' } };
const LEFT = 'so the model can be inspected and pruned but not evaluated or trained.';

// Each once ended the program instead of the answer.
test.each([
  [
    'a ReLU with a limit and a threshold',
    { class_name: 'ReLU', config: { name: 'bent', max_value: 6, threshold: 1 } },
    `The layer "bent" is a ReLU with a slope or threshold, which TensorFlow.js does not know, ${LEFT}`,
  ],
  [
    'a wrapper whose layer is none',
    { class_name: 'Bidirectional', config: { name: 'both', dtype: POLICY, layer: 3 } },
    `The layer "both" holds another layer in a way that cannot be read, ${LEFT}`,
  ],
])('%s is told in one sentence', (_, layer, sentence) => {
  expect(whyNotRunnable(sequential(layer))).toBe(sentence);
});
