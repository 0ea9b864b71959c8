import { layers } from '../tf';
import { Draw } from './draw';
import type { Network } from './network';

/**
 * An LSTM of 64 units that reads images of 28 x 28 pixels row by row. Its gates use sigmoid, as in Keras and PyTorch.
 */
export const lstmClassifier: Network = {
  name: 'lstm',
  inputShape: [28, 28],
  target: { kind: 'classes', count: 10 },
  batch: 100,
  build() {
    const draw = new Draw();
    const lstm = layers.layers.lstm({
      units: 64,
      recurrentActivation: 'sigmoid',
      kernelInitializer: draw.glorot(),
      recurrentInitializer: draw.glorot(),
      inputShape: [28, 28],
    });
    const logits = layers.layers.dense({ units: 10, kernelInitializer: draw.glorot() });
    return layers.sequential({ name: 'lstm_classifier', layers: [lstm, logits] });
  },
};
