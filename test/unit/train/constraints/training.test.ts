import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backendStats, disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { networkOf } from '../../../../src/engine/model/layers-model/network';
import { bytesOfSlots, describeSlot, slotsOf } from '../../../../src/engine/recipe/folder/moments';
import type { Constraint } from '../../../../src/engine/train/constraints/constraint';
import { codebookOf, distinctValues } from '../../../../src/engine/train/constraints/distinct';
import { trainModel, type TrainOptions, type TrainState } from '../../../../src/engine/train/loop';
import { quantizeTensor } from '../../../../src/engine/checkpoint/quantize-tensor';
import { tf, tinyDataset, tinyNetwork, weightsOf } from '../tiny';

/** Constraints of both kernels of the tiny network, with the values that they begin with. */
type Making = (values: Float32Array, shape: number[]) => { constraint: Constraint; values: Float32Array };

const MAKING: Record<string, Making> = {
  codebook: (values) => {
    const few = values.map((value) => (value === 0 ? 0 : Math.sign(value) * (Math.abs(value) > 0.2 ? 0.3 : 0.1)));
    return { constraint: { form: codebookOf(few, distinctValues(few, 256)!) }, values: few };
  },
  'moving codebook': (values) => {
    const few = values.map((value) => (value === 0 ? 0 : Math.sign(value) * (Math.abs(value) > 0.2 ? 0.3 : 0.1)));
    const form = { ...codebookOf(few, distinctValues(few, 256)!), moves: true };
    return { constraint: { form, shadow: values }, values: few };
  },
  levels: (values, shape) => {
    const numbers = (value: number) => ({
      shape: shape.map((size, axis) => (axis === shape.length - 1 ? size : 1)),
      values: new Float32Array(shape.at(-1)!).fill(value),
    });
    const form = { kind: 'levels', step: numbers(0.125), least: numbers(-2), most: numbers(1) } as const;
    const level = (value: number) => Math.max(-2, Math.min(1, Math.round(value / 0.125)));
    return { constraint: { form, shadow: values }, values: values.map((value) => level(value) * 0.125) };
  },
  ternary: (values, shape) => ({
    constraint: { form: { kind: 'ternary', over: [...shape.keys()], trainedScales: false }, shadow: values },
    values,
  }),
  'trained ternary': (values, shape) => ({
    constraint: { form: { kind: 'ternary', over: [...shape.keys()].slice(0, -1), trainedScales: true } },
    values,
  }),
  binary: (values, shape) => ({
    constraint: { form: { kind: 'binary', over: [...shape.keys()].slice(0, -1) }, shadow: values },
    values,
  }),
  stored: (values, shape) => {
    const { data, quantization } = quantizeTensor({ name: 'w', shape, dtype: 'float32', data: values }, 'uint8')!;
    return { constraint: { stored: quantization! }, values: data as Float32Array };
  },
  'stored codebook': (values) => {
    const few = values.map((value) => (value === 0 ? 0 : Math.sign(value) * 0.25));
    const stored = { dtype: 'uint8', min: -128 / 256, scale: 1 / 256 } as const;
    return { constraint: { form: codebookOf(few, distinctValues(few, 256)!), stored }, values: few };
  },
};

/** The number of different values of each output channel, or of all, that a kernel may have beside 0. */
const MOST: Record<string, { each: 'channel' | 'tensor'; values: number }> = {
  codebook: { each: 'tensor', values: 4 },
  'moving codebook': { each: 'tensor', values: 4 },
  levels: { each: 'tensor', values: 3 },
  ternary: { each: 'tensor', values: 2 },
  'trained ternary': { each: 'channel', values: 2 },
  binary: { each: 'channel', values: 2 },
  stored: { each: 'tensor', values: 255 },
  'stored codebook': { each: 'tensor', values: 2 },
};

/** @param from weights of the network where training goes on */
async function train(name: string, more: Partial<TrainOptions> = {}, from?: readonly tf.Tensor[]) {
  const model = tinyNetwork(1);
  const network = networkOf(model);
  const constraints = new Map<string, Constraint>();
  const masks = new Map<string, Uint8Array>();
  for (const kernel of ['conv/kernel', 'out/kernel']) {
    const { variable } = network.variables.get(kernel)!;
    const mask = Uint8Array.from({ length: variable.size }, (_, i) => (i % 7 === 0 ? 0 : 1));
    const start = variable.dataSync<'float32'>().map((value, i) => value * mask[i]!);
    const { constraint, values } = MAKING[name]!(start, variable.shape);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    constraints.set(kernel, constraint);
    masks.set(kernel, mask);
  }
  if (from) model.setWeights([...from]);
  const states: TrainState[] = [];
  const epochs: tf.Tensor[][] = [];
  const compiles: number[] = [];
  await trainModel({
    ...{ network, data: await tinyDataset(), epochs: 3, batchSize: 20, learningRate: 0.01, schedule: 'constant' },
    ...{ seeds: [5], stage: 'training', masks, constraints },
    onEpoch: (state) => {
      states.push(state);
      epochs.push(model.getWeights().map((weight) => weight.clone()));
      if (tf.getBackend() !== 'cpu') compiles.push(backendStats().compiles);
      return Promise.resolve();
    },
    ...more,
  });
  const kernels = [...masks].map(([kernel, mask]) => {
    const { variable } = network.variables.get(kernel)!;
    return { values: variable.dataSync<'float32'>().slice(), mask, channels: variable.shape.at(-1)! };
  });
  const weights = weightsOf(model);
  model.dispose();
  return { kernels, weights, states, epochs, compiles };
}

type Kernels = Awaited<ReturnType<typeof train>>['kernels'];

function check(name: string, kernels: Kernels): void {
  const { each, values: most } = MOST[name]!;
  for (const { values, mask, channels } of kernels) {
    values.forEach((value, i) => mask[i] === 0 && expect(value + 0).toBe(0));
    const groups = Array.from({ length: each === 'tensor' ? 1 : channels }, (_, channel) =>
      values.filter((value, i) => value !== 0 && (each === 'tensor' || i % channels === channel)),
    );
    for (const group of groups) expect(new Set(group).size).toBeLessThanOrEqual(most);
    if (name !== 'levels' && name !== 'stored' && !name.includes('ternary'))
      values.forEach((value, i) => mask[i] === 1 && expect(value).not.toBe(0));
  }
}

describe('training on the cpu', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  it.each(Object.keys(MAKING))('learns and keeps the form: %s', async (name) => {
    const { kernels, states } = await train(name);
    check(name, kernels);
    const { records } = states.at(-1)!;
    expect(records[2]!.loss).toBeLessThan(records[0]!.loss);
    // With random signs a codebook cannot learn much.
    if (name.includes('moving') || !name.includes('codebook')) expect(records[2]!.testAccuracy).toBeGreaterThan(0.8);
  });

  it.each(Object.keys(MAKING))('goes on to the same bits from the bytes that it saved: %s', async (name) => {
    const whole = await train(name);
    const [reached] = whole.states;
    const { slots, ...adam } = reached!.adam;
    const read = slotsOf(slots.map(describeSlot), bytesOfSlots(slots))!;
    expect(read).toEqual(slots);
    const resume = { records: reached!.records, adam: { ...adam, slots: read } };
    const { weights, states } = await train(name, { resume }, whole.epochs[0]);
    expect(weights).toEqual(whole.weights);
    expect(states.at(-1)!.adam).toEqual(whole.states.at(-1)!.adam);
  });

  it('goes on without a constraint where an earlier version did not save it', async () => {
    const { states } = await train('stored', { epochs: 1, constraints: new Map() });
    const { kernels } = await train('stored', { epochs: 2, resume: states[0] });
    expect(kernels.some(({ values }) => new Set(values).size > 150)).toBe(true);
  });
});

describe('training on ONNX Runtime', () => {
  afterEach(disposeBackend);

  it.each(Object.keys(MAKING))('traces all of it, and keeps the form: %s', async (name) => {
    await installBackend({ threads: 1, onFallback: 'throw' });
    const { kernels, compiles } = await train(name);
    check(name, kernels);
    expect(backendStats().fallbacks).toEqual({});
    expect(compiles[2]).toBe(compiles[1]);
  });
});
