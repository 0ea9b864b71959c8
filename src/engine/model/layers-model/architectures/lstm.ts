import { layers as tfLayers } from '../tfjs-layers';
import type { Build } from './plan';

const { dense, lstm: lstmLayer, reshape } = tfLayers.layers;

/**
 * An LSTM that reads a sequence of vectors, or an image row by row, and answers after the last one. Its gates use
 * sigmoid, as in Keras and PyTorch.
 */
export const lstm: Build = ({ draw, input, outputs, activation, units }) => {
  const [steps = 0, ...rest] = input;
  const numbers = rest.reduce((product, size) => product * size, 1);
  // Rows of colored images are sequences of steps only once their channels are joined.
  const rows =
    input.length > 2 ? [reshape({ name: 'rows', targetShape: [steps, numbers], inputShape: [...input] })] : [];
  const cells = units.map((count, i) =>
    lstmLayer({
      name: `lstm${i + 1}`,
      units: count,
      recurrentActivation: 'sigmoid',
      kernelInitializer: draw.glorot(),
      recurrentInitializer: draw.glorot(),
      returnSequences: i < units.length - 1,
      ...(i === 0 && rows.length === 0 ? { inputShape: [...input] } : {}),
    }),
  );
  const logits = dense({ name: 'logits', units: outputs, activation, kernelInitializer: draw.glorot() });
  return tfLayers.sequential({ name: 'lstm', layers: [...rows, ...cells, logits] });
};
