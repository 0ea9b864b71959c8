import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type * as z from 'zod';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { modelSize } from '../../../src/engine/compress/remove/describe';
import { planRemove } from '../../../src/engine/compress/remove/plan';
import { checkDifference } from '../../../src/engine/compress/remove/difference';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { apply, classifier, normalisedConvolution, relu } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

let cnn: ModelContent;
let residual: ModelContent;
beforeAll(async () => {
  await tf.setBackend('cpu');
  const content = (network: layers.LayersModel) => {
    const model = fromLayersModel(network);
    network.dispose();
    return model;
  };
  cnn = content(createArchitecture('fashion-cnn', 1));
  const input = layers.input({ shape: [6, 6, 2] });
  const convolution = (x: layers.SymbolicTensor, filters: number) =>
    normalisedConvolution(new Draw(), x, { filters, kernelSize: 3 });
  const x = relu(convolution(input, 8));
  const y = relu(apply(layers.layers.add(), [convolution(relu(convolution(x, 5)), 8), x]));
  residual = content(layers.model({ inputs: input, outputs: classifier(new Draw(), y, 3) }));
});

/** A score of each group that looks like chance. */
function anyScores(model: ModelContent, seed = 1): Map<number, number> {
  const all = [...new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs))];
  const values = numbers(all.length, seed);
  return new Map(all.map((group, i) => [group, 1 + values[i]!]));
}

const plan = (model: ModelContent, step: Omit<z.input<typeof RemoveStep>, 'step'>, scores = anyScores(model)) =>
  planRemove(model, RemoveStep.parse({ step: 'remove', ...step }), scores);
const widths = ({ layers: listed }: ReturnType<typeof plan>) =>
  Object.fromEntries(
    listed.filter(({ type }) => /Conv|Dense/.test(type)).map(({ name, after }) => [name, after.width]),
  );

describe('a plan of what is removed', () => {
  it('counts MACs for the size that is given where the model leaves it open', () => {
    const { conv2d } = layers.layers;
    const network = layers.sequential({
      layers: [
        conv2d({ filters: 8, kernelSize: 3, inputShape: [null, null, 3], name: 'one' }),
        conv2d({ filters: 2, kernelSize: 1, useBias: false, name: 'two' }),
      ],
    });
    const model = fromLayersModel(network);
    network.dispose();
    const macs = (pixels: number, width: number) => pixels * width * (27 + 2);
    const { totals, layers: listed, model: smaller } = plan(model, { amount: { macs: 0.5 }, inputShape: [12, 7, 3] });
    const macsFor = { shapes: [[12, 7, 3]], assumed: false };
    expect(totals.before).toMatchObject({ macs: macs(50, 8), macsFor });
    expect(totals.after).toMatchObject({ macs: macs(50, 4), macsFor });
    expect(listed[0]).toMatchObject({ before: { macs: 50 * 8 * 27 }, after: { macs: 50 * 4 * 27 } });
    const config = (one: ModelContent) =>
      JSON.stringify(one.modelTopology).match(/batch_input_shape":(\[[^\]]*\])/)?.[1];
    expect(config(smaller)).toBe('[null,null,null,3]');
    expect(plan(model, { amount: { macs: 0.5 } }).totals.before).toEqual({
      ...{ params: totals.before.params, macs: macs(222 * 222, 8) },
      macsFor: { shapes: [[224, 224, 3]], assumed: true },
    });
    expect(plan(residual, { amount: { macs: 0.5 }, inputShape: [6, 6, 2] }).totals.before.macsFor).toBeUndefined();
    expect(() => plan(model, { amount: { macs: 0.5 }, inputShape: [12, 7] })).toThrow(
      /^The input shape 12,7 does not fit/,
    );
  });

  it.each(['macs', 'params'] as const)('takes as few channels as bring %s down by a share', (what) => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.7, noNaN: true }),
        fc.constantFrom('global', 'layer'),
        (share, scope) => {
          const amount = what === 'macs' ? { macs: share } : { params: share };
          const { removed, totals, model } = plan(residual, { amount, scope });
          const most = (1 - share) * totals.before[what]!;
          expect(totals.after[what]!).toBeLessThanOrEqual(most);
          expect(modelSize(model)).toEqual(totals.after);
          const fewer = plan(residual, { amount: { channels: (removed.size - 1) / 13 }, scope });
          expect(fewer.removed.size).toBe(removed.size - 1);
          expect(fewer.totals.after[what]!).toBeGreaterThan(most);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('keeps widths at multiples, and reaches the amount all the same', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        fc.constantFrom(3, 8, 16, 24),
        fc.constantFrom('global', 'layer'),
        (share, multipleOf, scope) => {
          const { totals, layers: listed } = plan(cnn, { amount: { macs: share }, multipleOf, scope });
          expect(totals.after.macs!).toBeLessThanOrEqual((1 - share) * totals.before.macs!);
          for (const { name, before, after } of listed)
            if (after.width !== before.width) expect(after.width! % multipleOf, name).toBe(0);
        },
      ),
      { numRuns: 12 },
    );
    expect(widths(plan(cnn, { layers: { conv1: 0.4, conv2: 0.99 }, multipleOf: 16 }))).toMatchObject({
      ...{ conv1: 32, conv2: 16, conv3: 64 },
    });
    expect(plan(cnn, { amount: { channels: 0.5 }, multipleOf: 8 }).removed.size).toBe(144);
  });

  it('removes the lowest scores, of all layers together or the same share of each', () => {
    const scores = anyScores(cnn);
    const half = plan(cnn, { amount: { channels: 0.5 }, scope: 'layer' }, scores);
    expect(widths(half)).toMatchObject({ conv1: 16, conv2: 32, conv3: 32, dense1: 64, logits: 10 });
    for (const { name, outputs } of half.groups.layers.filter(({ type }) => type === 'Conv2D')) {
      const of = (gone: boolean) =>
        outputs.filter((one) => half.removed.has(one) === gone).map((one) => scores.get(one)!);
      expect(Math.max(...of(true)), name).toBeLessThanOrEqual(Math.min(...of(false)));
    }
    const global = plan(cnn, { amount: { channels: 0.5 } }, scores);
    expect(global.removed.size).toBe(144);
    expect(widths(global)['conv1']).not.toBe(16);
  });

  it('gives single layers shares of their own, and protects others with what hangs together with them', () => {
    const byHand = plan(cnn, { layers: { conv2: 0.25 } });
    expect(widths(byHand)).toEqual({ conv1: 32, conv2: 48, conv3: 64, dense1: 128, logits: 10 });
    expect(byHand.layers.find(({ name }) => name === 'conv1')).toMatchObject({
      state: 'skipped',
      reason: 'all its channels score higher, or no amount is given for it',
    });
    const guarded = plan(cnn, { amount: { channels: 0.5 }, protect: ['conv*'] });
    expect(widths(guarded)).toMatchObject({ conv1: 32, conv2: 64, conv3: 64, dense1: 64 });
    expect(guarded.layers[0]).toMatchObject({ state: 'protected', reason: 'it is protected by "conv*"' });
    const [first, , third] = channelGroups(residual).layers.filter(({ type }) => type === 'Conv2D');
    const together = plan(residual, { amount: { channels: 0.5 }, protect: [first!.name] });
    expect(together.layers.find(({ name }) => name === third!.name)).toMatchObject({
      state: 'protected',
      reason: `its channels are coupled with those of "${first!.name}", which is protected`,
    });
  });

  it('never empties a layer and never touches the outputs of the last', async () => {
    const all = plan(residual, { amount: { channels: 1 } });
    expect(Object.values(widths(all))).toEqual([1, 1, 1, 3]);
    expect(all.layers.at(-1)).toMatchObject({ state: 'follows', reason: 'it is the output of the model' });
    expect(all.layers.find(({ type }) => type === 'Conv2D')!.reason).toBe('it keeps its last channel');
    const { difference } = await checkDifference(all.expected(), all.model);
    expect(difference!.largest).toBeLessThan(1e-5);
  });

  it('lists a layer that follows, and one that has no channels of its own', () => {
    const { layers: listed } = plan(residual, { amount: { channels: 0.5 } });
    expect(listed.find(({ type }) => type === 'BatchNormalization')).toMatchObject({ state: 'follows' });
    expect(listed.find(({ type }) => type === 'InputLayer')).toMatchObject({
      state: 'skipped',
      reason: 'it makes no channels of its own',
    });
  });

  it('says in one sentence what is wrong with a step', () => {
    const [first, , third] = channelGroups(residual).layers.filter(({ type }) => type === 'Conv2D');
    for (const [model, step, sentence] of [
      [
        cnn,
        { amount: { macs: 0.9999 } },
        /^A share of 99\.99% of the MACs cannot be removed, .*: ask for 99\.\d% at most\.$/,
      ],
      [
        cnn,
        { layers: { conv9: 0.5 } },
        /^The model has no layer "conv9": the nearest is "conv1"; layers that can be chosen are "conv1", /,
      ],
      [
        cnn,
        { layers: { pool1: 0.5 } },
        /^The channels of the layer "pool1" cannot be removed \(it makes none of its own\): /,
      ],
      [
        cnn,
        { layers: { logits: 0.5 } },
        /^The channels of the layer "logits" cannot be removed \(it is the output of the model\): /,
      ],
      [
        cnn,
        { layers: { conv1: 0.5 }, protect: ['conv1'] },
        /^The layer "conv1" has an amount, but "conv1" in "protect" /,
      ],
      [cnn, { amount: { channels: 0.5 }, protect: ['*'] }, /^The model has no channels that can be removed/],
      [cnn, { amount: { channels: 0.5 }, protect: ['pond'] }, /^"pond" in "protect" names no layer/],
      [
        residual,
        { layers: { [first!.name]: 0.5, [third!.name]: 0.5 } },
        /are coupled with those of another layer in "layers": name only one of them\.$/,
      ],
    ] satisfies [ModelContent, Omit<z.input<typeof RemoveStep>, 'step'>, RegExp][])
      expect(() => plan(model, step)).toThrow(sentence);
    expect(() => plan(cnn, { amount: { channels: 0.5 }, score: 'bn-scale' }, new Map())).toThrow(
      /^The score bn-scale cannot rate any channel of the model, because none is scaled by batch normalization: /,
    );
  });

  it('is refused where the outputs differ', async () => {
    const { model } = plan(residual, { amount: { channels: 0.3 } });
    await expect(checkDifference(residual, model)).rejects.toThrow(
      /^Without the removed channels the outputs differ by [\d.e+]+% of their spread, more than 0\.1%, so nothing was written: /,
    );
  });
});
