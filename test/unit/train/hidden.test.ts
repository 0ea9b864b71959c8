import { backendStats, disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers, type LayersModel } from '../../../src/engine/model/layers-model/tfjs-layers';
import { trainableOf } from '../../../src/engine/model/network';
import { tf } from '../../../src/engine/tf';
import { Adam } from '../../../src/engine/train/adam';
import { HiddenLearner } from '../../../src/engine/train/hidden/learner';
import { chosenPairs, namedPairs } from '../../../src/engine/train/hidden/pairs';
import type { HiddenTeaching } from '../../../src/engine/train/hidden/rows';
import { Steps } from '../../../src/engine/train/step';
import { teacherOf } from '../../../src/engine/train/teacher';
import { examplesOf } from '../dataset/examples-of';

const COUNT = 8;
const { layers: l } = layers;
const initial = (seed: number) => ({ kernelInitializer: layers.initializers.glorotUniform({ seed }) });

/** A network of two convolutions, the second in a nested model, and a hidden dense layer. */
function network(seed: number, width: number): LayersModel {
  const input = layers.input({ shape: [6, 6, 2], name: 'image' });
  const conv = l.conv2d({ name: 'conv', filters: width, kernelSize: 3, padding: 'same', activation: 'relu', ...initial(seed) }); // prettier-ignore
  const pool = l.maxPooling2d({ name: 'pool', poolSize: 2 });
  const inner = layers.sequential({
    name: 'inner',
    layers: [
      l.conv2d({ name: 'deep', filters: width + 1, kernelSize: 3, padding: 'same', inputShape: [3, 3, width], ...initial(seed + 1) }), // prettier-ignore
      l.batchNormalization({ name: 'bn' }),
    ],
  });
  const flat = l.flatten({ name: 'flat' });
  const hidden = l.dense({ name: 'hidden', units: width + 2, activation: 'tanh', ...initial(seed + 2) });
  const out = l.dense({ name: 'out', units: 3, ...initial(seed + 3) });
  const all = [conv, pool, inner, flat, hidden, out] as layers.layers.Layer[];
  const output = all.reduce((x, layer) => layer.apply(x) as layers.SymbolicTensor, input);
  return layers.model({ inputs: input, outputs: output, name: `net${seed}` });
}

const values = Float32Array.from({ length: COUNT * 72 }, (_, i) => Math.sin(i * i));
const labels = Float32Array.from({ length: COUNT }, (_, i) => i % 3);
const data = () => examplesOf({ values, shape: [6, 6, 2], numbers: { values: labels, shape: [] } });

/** A student of width 2, a teacher of width 5, and what its layers teach. */
function lessons(hints: number, attention: number) {
  const [student, teacher] = [network(1, 2), network(20, 5)];
  const graphs = [student, teacher].map((model) => readGraph(fromLayersModel(model))) as [never, never];
  const teaching: HiddenTeaching = { hints, attention, pairs: chosenPairs(...graphs) };
  return { student, teacher, teaching };
}

/** The gradients of one step by the engine, by the name of the weight, and the regressors at its start. */
async function engine({ student, teacher, teaching }: ReturnType<typeof lessons>) {
  const examples = data();
  const asked = await teacherOf(withTask(networkOf(teacher), examples), examples, { temperature: 1, hidden: teaching });
  const running = networkOf(student);
  const { teaching: taught, lessons: rows, scales } = asked.hidden!;
  const learner = new HiddenLearner(taught, rows, scales, [5]);
  const weights = [...trainableOf(running), ...learner.weights];
  const starts = new Map(weights.map(({ name, variable }) => [name, variable.clone()]));
  const adam = new Adam(weights, { masks: new Map() });
  const distillation = { teacher: asked, temperature: 1, alpha: 0 };
  const steps = new Steps({ tasked: withTask(running, examples), weights, adam, seeds: [1], distillation, learner });
  const before = tf.memory().numTensors;
  await steps.take(examples.batch(0, COUNT), 0, 0);
  const leaked = tf.memory().numTensors - before;
  steps.dispose();
  // The first moment of Adam after one step is a tenth of the gradient.
  const state = await learner.save(await adam.save());
  const gradients = new Map(state.slots.map(({ name, m }) => [name, m.map((value) => value * 10)]));
  return { gradients, starts, scales, leaked, state };
}

const square = (x: tf.Tensor): tf.Tensor => tf.mul(x, x);

/** The gradients of the loss as the papers write it, by stock TensorFlow.js. */
function expected(
  { student, teacher, teaching }: ReturnType<typeof lessons>,
  starts: ReadonlyMap<string, tf.Tensor>,
  scales: readonly number[],
): Map<string, number[]> {
  const x = tf.tensor(values, [COUNT, 6, 6, 2]);
  const outputs = (model: LayersModel, training: boolean): Record<string, tf.Tensor> => {
    const apply = (layer: layers.layers.Layer, input: tf.Tensor) => layer.apply(input, { training }) as tf.Tensor;
    const inner = model.getLayer('inner') as LayersModel;
    const conv = apply(model.getLayer('conv'), x);
    const pool = apply(model.getLayer('pool'), conv);
    const bn = apply(inner.getLayer('bn'), apply(inner.getLayer('deep'), pool));
    const hidden = apply(model.getLayer('hidden'), tf.reshape(bn, [COUNT, -1]));
    return { conv, bn, hidden, out: apply(model.getLayer('out'), hidden) };
  };
  const theirs = outputs(teacher, false);
  const attention = (output: tf.Tensor): tf.Tensor => {
    const map = tf.reshape(tf.sum(square(output), -1), [COUNT, -1]);
    return tf.div(map, tf.norm(map, 2, 1, true));
  };
  const network = networkOf(student);
  const own = trainableOf(network);
  const regressors = [...starts]
    .filter(([name]) => name.startsWith('#'))
    .map(([name, start]) => ({ name, variable: tf.variable(start) }));
  const regressor = (name: string): tf.Tensor => regressors.find((one) => one.name === name)!.variable;
  const spatial = teaching.pairs.filter(({ places }) => places > 1);
  const { grads } = tf.variableGrads(() => {
    const ours = outputs(student, true);
    const y = tf.oneHot(tf.tensor1d([...labels], 'int32'), 3);
    let loss: tf.Tensor = tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(ours['out']!)), 1)));
    const hints = scales.filter((_, i) => scales[i] !== 1);
    teaching.pairs.forEach((pair, i) => {
      const [s, t] = [ours[pair.student]!, theirs[pair.teacher]!];
      if (teaching.hints > 0) {
        const mapped = tf.add(
          tf.matMul(tf.reshape(s, [-1, pair.widths.student]), regressor(`#hint ${i + 1} kernel`)),
          regressor(`#hint ${i + 1} bias`),
        );
        const error = tf.mean(square(tf.sub(mapped, tf.reshape(t, mapped.shape))));
        loss = tf.add(loss, tf.mul(error, (teaching.hints * hints[i]!) / teaching.pairs.length));
        // The scale is 1 over the mean square of the teacher's output.
        expect(hints[i]).toBeCloseTo(1 / tf.mean(square(t)).dataSync()[0]!, 3);
      }
      if (teaching.attention > 0 && pair.places > 1) {
        const distance = tf.mean(tf.sum(square(tf.sub(attention(s), attention(t))), 1));
        loss = tf.add(loss, tf.mul(distance, teaching.attention / spatial.length));
      }
    });
    return loss.asScalar();
  }, [...own.map(({ variable }) => variable), ...regressors.map(({ variable }) => variable)]);
  return new Map([...own, ...regressors].map(({ name, variable }) => [name, [...grads[variable.name]!.dataSync()]]));
}

function expectClose(engine: ReadonlyMap<string, Float32Array>, stock: ReadonlyMap<string, number[]>): void {
  expect([...engine.keys()].sort()).toEqual([...stock.keys()].sort());
  for (const [name, numbers] of stock)
    for (const [i, value] of numbers.entries()) expect(engine.get(name)![i], name).toBeCloseTo(value, 4);
}

const CASES: [string, number, number][] = [
  ['hints', 1.5, 0],
  ['attention', 0, 2],
  ['both', 0.7, 1.3],
];

describe('the gradient of a step with hidden teaching is that of the loss as it is written', () => {
  beforeEach(() => tf.setBackend('cpu'));

  it.each(CASES)('%s', async (_, hints, attention) => {
    const parts = lessons(hints, attention);
    const { gradients, starts, scales, leaked } = await engine(parts);
    expectClose(gradients, expected(parts, starts, scales));
    expect(leaked).toBe(0);
  });
});

describe('on ONNX Runtime', () => {
  afterEach(disposeBackend);

  it.each(CASES)('the same, traced: %s', async (_, hints, attention) => {
    await tf.setBackend('cpu');
    const stock = lessons(hints, attention);
    const { gradients: wanted } = await engine(stock);
    await installBackend({ threads: 1, onFallback: 'throw' });
    const { gradients } = await engine(lessons(hints, attention));
    expectClose(gradients, new Map([...wanted].map(([name, numbers]) => [name, [...numbers]])));
    expect(backendStats().fallbacks).toEqual({});
  });
});

describe('pairs', () => {
  beforeEach(() => tf.setBackend('cpu'));

  it('are the last layers of each size but the outputs, also in nested models', () => {
    const { teaching } = lessons(1, 1);
    expect(teaching.pairs).toEqual([
      { student: 'conv', teacher: 'conv', places: 36, widths: { student: 2, teacher: 5 } },
      { student: 'bn', teacher: 'bn', places: 9, widths: { student: 3, teacher: 6 } },
      { student: 'hidden', teacher: 'hidden', places: 1, widths: { student: 4, teacher: 7 } },
    ]);
  });

  it('are named', () => {
    const graph = readGraph(fromLayersModel(network(1, 2)));
    const pairs = namedPairs({ 'inner/deep': 'pool' }, graph, graph);
    expect(pairs).toEqual([{ student: 'deep', teacher: 'pool', places: 9, widths: { student: 3, teacher: 2 } }]);
    expect(() => namedPairs({ conv: 'deep' }, graph, graph)).toThrow(
      'The layer "conv" of the student has the places 6x6 but "deep" of the teacher 3x3: pair layers of the same height and width.',
    );
  });
});
