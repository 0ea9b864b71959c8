import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { figuresOf } from '../../../src/engine/measure/inspect';
import { closeShape } from '../../../src/engine/model/close-inputs';
import { withInputShape } from '../../../src/engine/model/input-shapes';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toLayersModel } from '../layers-model';

const make = tfLayers.layers;
type Symbolic = tfLayers.SymbolicTensor;

beforeAll(() => tf.setBackend('cpu'));

/** 3x3 convolutions to 4 and 2 channels, within a sequential model where `nested`. */
function convolutions(inputShape: (number | null)[], nested = false) {
  const input = tfLayers.input({ shape: inputShape, name: 'x' });
  const conv = (filters: number) => make.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false });
  const model = tfLayers.model({ inputs: input, outputs: conv(2).apply(conv(4).apply(input)) as Symbolic });
  return fromLayersModel(nested ? tfLayers.sequential({ layers: [model] }) : model);
}
/** Two convolutions that take two pixels off each side. */
const valid = () =>
  fromLayersModel(
    tfLayers.sequential({
      layers: [
        make.conv2d({ filters: 4, kernelSize: 3, inputShape: [null, null, 3], name: 'one' }),
        make.conv2d({ filters: 2, kernelSize: 3, name: 'two' }),
      ],
    }),
  );
const each = 9 * 3 * 4 + 9 * 4 * 2;

describe('sizes that a model leaves open', () => {
  it('are taken as those of pictures, volumes and series', () => {
    expect(closeShape([null, null, null, 3])).toEqual([null, 224, 224, 3]);
    expect(closeShape([null, 3, null, null])).toEqual([null, 3, 224, 224]);
    expect(closeShape([null, null, 40, 3])).toEqual([null, 224, 40, 3]);
    expect(closeShape([null, null, null, null, 1])).toEqual([null, 64, 64, 64, 1]);
    expect(closeShape([null, null, 16])).toEqual([null, 128, 16]);
    expect(closeShape([null, null])).toEqual([null, 128]);
    expect(closeShape([null, 28, 28, null])).toEqual([null, 28, 28, null]);
    expect(closeShape([null, null, null, null])).toEqual([null, null, null, null]);
    expect(closeShape([null, 28, 28, 1])).toEqual([null, 28, 28, 1]);
  });

  it.each([false, true])('are told beside the MACs, and can be given (nested: %s)', (nested) => {
    const model = convolutions([null, null, 3], nested);
    const { layers, totals } = figuresOf(model);
    expect(totals).toMatchObject({ macs: 224 * 224 * each, macsFor: { shapes: [[224, 224, 3]], assumed: true } });
    expect(layers.at(-1)!.outputShape).toEqual([null, null, null, 2]);
    expect(figuresOf(model, [32, 16, 3]).totals).toMatchObject({
      macs: 32 * 16 * each,
      macsFor: { shapes: [[32, 16, 3]], assumed: false },
    });
    expect(() => figuresOf(model, [32, 16, 1])).toThrow('The input shape 32,16,1 does not fit the model, which takes any,any,3');
    expect(figuresOf(convolutions([8, 8, 3], nested)).totals.macsFor).toBeUndefined();
  }); // prettier-ignore

  it('are set in the description, so that the model runs with them', async () => {
    for (const nested of [false, true]) {
      const model = convolutions([null, null, 3], nested);
      const closed = await toLayersModel(withInputShape(model, [6, 5, 3]));
      expect(closed.inputs[0]!.shape).toEqual([null, 6, 5, 3]);
      expect(closed.outputs[0]!.shape).toEqual([null, 6, 5, 2]);
      closed.dispose();
      expect(withInputShape(convolutions([8, 8, 3], nested), [8, 8, 3])).toMatchObject({ format: 'layers-model' });
    }
    expect(() => withInputShape(valid(), [4, 4, 3])).toThrow(
      'The input shape 4,4,3 does not fit the model, because it is too small for the layer "two": give a larger one.',
    );
    expect(withInputShape(valid(), [5, 5, 3])).toMatchObject({ format: 'layers-model' });
    const whole = convolutions([8, 8, 3]);
    expect(withInputShape(whole)).toBe(whole);
  });
});
