import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { someAnswers } from '../../../src/engine/measure/answers';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers, type LayersModel } from '../../../src/engine/model/layers-model/tfjs-layers';
import { tf } from '../../../src/engine/tf';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { classColor } from '../../../src/protocol/measure/class-colors';
import { examplesOf } from '../dataset/examples-of';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { signal } = new AbortController();

const dense = (inputs: number, units: number): LayersModel =>
  layers.sequential({
    layers: [
      layers.layers.dense({
        ...{ inputShape: [inputs], units },
        kernelInitializer: layers.initializers.glorotUniform({ seed: 3 }),
        biasInitializer: 'ones',
      }),
    ],
  });

const png = (url: string) => decode(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));

describe('examples of a cell of the confusion matrix', () => {
  it('are those of the class that the model takes for the other, as they are stored', async () => {
    const examples = (await tinyDataset()).split('test');
    const network = networkOf(tinyNetwork(1));
    const { confusion } = await evaluateModel(network, examples, { batchSize: 40 });
    let seen = 0;
    for (const [actual, row] of confusion.entries())
      for (const [predicted, count] of row.entries()) {
        const found = await someAnswers(network, examples, { of: { kind: 'cell', actual, predicted }, signal });
        if (found.kind !== 'classes') throw new Error('the answers are no classes');
        expect(found.examples).toHaveLength(Math.min(12, count));
        seen += found.examples.length;
        for (const { place, picture, probability } of found.examples) {
          const { labels, values } = examples.batch(place, 1);
          expect(labels[0]).toBe(actual);
          expect(probability).toBeGreaterThanOrEqual(1 / 3);
          // The normalization of the dataset is undone: x = (pixel / 255 - 0.5) / 0.5.
          expect([...png(picture!).data]).toEqual([...values].map((x) => Math.round(255 * (0.5 * x + 0.5))));
        }
      }
    expect(seen).toBeGreaterThan(12);
    network.dispose();
  });

  it('are asked for by a cell, and not searched any more after a cancel', async () => {
    const examples = (await tinyDataset()).split('test');
    const network = networkOf(tinyNetwork(1));
    await expect(someAnswers(network, examples, { of: { kind: 'some' }, signal })).rejects.toThrow(UserError);
    const of = { kind: 'cell', actual: 0, predicted: 0 } as const;
    await expect(someAnswers(network, examples, { of, signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
    network.dispose();
  });
});

describe('answers of other tasks', () => {
  it('are true and predicted numbers, spread over all examples', async () => {
    const count = 2500;
    const values = Float32Array.from({ length: count * 3 }, (_, i) => Math.sin(i));
    const targets = Float32Array.from({ length: count * 2 }, (_, i) => Math.cos(i) + 0.5);
    const model = dense(3, 2);
    const network = networkOf(model);
    const examples = examplesOf({
      ...{ values, shape: [3] },
      numbers: { values: targets, shape: [2] },
      said: { task: 'regression' },
    });
    const found = await someAnswers(network, examples, { of: { kind: 'some' }, signal });
    if (found.kind !== 'numbers') throw new Error('the answers are no numbers');
    expect([found.width, ...found.numbers.map(({ length }) => length)]).toEqual([2, 1000, 1000]);
    const expected = (model.predict(tf.tensor(values, [count, 3])) as tf.Tensor).dataSync();
    for (const [i, member] of [
      [0, 0],
      [10, 25],
      [999, 2497],
    ] as const)
      for (const c of [0, 1]) {
        expect(found.numbers[c]![i]![0]).toBe(targets[member * 2 + c]);
        expect(found.numbers[c]![i]![1]).toBeCloseTo(expected[member * 2 + c]!, 5);
      }
    network.dispose();
  });

  it('are pictures, where the model makes some, in the range of the targets', async () => {
    const side = 4;
    const size = side * side;
    const values = Float32Array.from({ length: 3 * size }, (_, i) => (i % size) / (size - 1));
    const network = networkOf(
      layers.sequential({ layers: [layers.layers.activation({ activation: 'linear', inputShape: [side, side, 1] })] }),
    );
    const examples = examplesOf({ values, shape: [side, side, 1], said: { task: 'reconstruction' } });
    const found = await someAnswers(network, examples, { of: { kind: 'some' }, signal });
    if (found.kind !== 'pictures') throw new Error('the answers are no pictures');
    expect(found.rows).toHaveLength(3);
    for (const { target, answer } of found.rows) {
      expect(answer).toBe(target);
      expect([...png(target).data]).toEqual(Array.from({ length: size }, (_, i) => Math.round((255 * i) / (size - 1))));
    }
    network.dispose();
  });
});

const { layers: l } = layers;
const kernelInitializer = layers.initializers.glorotUniform({ seed: 5 });
const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * i));

describe('mistakes of a label', () => {
  it('are as many as its figures say, the surest first', async () => {
    const [count, labels] = [40, 3];
    const model = layers.sequential({
      layers: [l.dense({ units: labels, inputShape: [4], activation: 'sigmoid', kernelInitializer })],
    });
    const values = wave(count * 4);
    const khot = Float32Array.from({ length: count * labels }, (_, i) => ((i * i + i) % 5 < 2 ? 1 : 0));
    const said = { classNames: ['sky', 'sea', 'tree'] };
    const examples = examplesOf({ values, shape: [4], numbers: { values: khot, shape: [labels] }, said });
    const network = networkOf(model);
    const { labels: figures, metrics } = await evaluateModel(network, examples, {});
    const shares = (model.predict(tf.tensor(values, [count, 4])) as tf.Tensor).dataSync();
    expect(figures!.map(({ name }) => name)).toEqual(said.classNames);
    for (const [label, one] of figures!.entries()) {
      let [hits, missed, wrong] = [0, 0, 0];
      for (let i = 0; i < count; i++) {
        const [called, there] = [shares[i * labels + label]! > 0.5, khot[i * labels + label] === 1];
        if (called && there) hits++;
        else if (called) wrong++;
        else if (there) missed++;
      }
      expect(one).toMatchObject({ support: hits + missed, missed, wrong });
      expect(one.precision).toBeCloseTo(hits / (hits + wrong), 12);
      expect(one.recall).toBeCloseTo(hits / (hits + missed), 12);
      for (const mistake of ['missed', 'wrong'] as const) {
        const found = await someAnswers(network, examples, { of: { kind: 'label', label, mistake }, signal });
        if (found.kind !== 'labels') throw new Error('the answers are no labels');
        expect(found.examples).toHaveLength(Math.min(12, one[mistake]));
        const sure = found.examples.map(({ probability }) => Math.abs(probability - 0.5));
        expect(sure).toEqual([...sure].sort((a, b) => b - a));
        for (const { place, probability } of found.examples) {
          expect(probability).toBeCloseTo(shares[place * labels + label]!, 5);
          expect(khot[place * labels + label]).toBe(mistake === 'missed' ? 1 : 0);
        }
      }
    }
    expect(figures!.reduce((sum, { f1 }) => sum + f1, 0) / labels).toBeCloseTo(metrics[0].value, 12);
    expect(figures!.some(({ missed, wrong }) => missed > 0 && wrong > 0)).toBe(true);
    network.dispose();
  });
});

describe('classes of places', () => {
  it('are maps of the predicted and true pixels beside the input', async () => {
    const [count, side, classes] = [20, 4, 3];
    const size = side * side;
    const model = layers.sequential({
      layers: [
        l.conv2d({ filters: classes, kernelSize: 1, inputShape: [side, side, 1], activation: 'softmax', kernelInitializer, biasInitializer: layers.initializers.randomNormal({ seed: 3, stddev: 0.4 }) }),
      ],
    }); // prettier-ignore
    const values = wave(count * size);
    const masks = Float32Array.from({ length: count * size }, (_, i) => (i * i) % classes);
    const examples = examplesOf({ values, shape: [side, side, 1], numbers: { values: masks, shape: [side, side] } });
    const network = networkOf(model);
    const { confusion, perClass, metrics } = await evaluateModel(network, examples, {});
    const best = tf.argMax(model.predict(tf.tensor(values, [count, side, side, 1])) as tf.Tensor, -1).dataSync();
    const found = await someAnswers(network, examples, { of: { kind: 'some' }, signal });
    if (found.kind !== 'maps') throw new Error('the answers are no maps');
    expect(found.rows.map(({ place }) => place)).toEqual([0, 1, 3, 5, 6, 8, 10, 11, 13, 15, 16, 18]);
    const colors = (index: ArrayLike<number>) => Array.from(index, (one) => [...classColor(one)]).flat();
    for (const { place, input, target, answer, right } of found.rows) {
      const own = (all: Float32Array | Int32Array | Uint8Array) => all.subarray(place * size, (place + 1) * size);
      const [truth, told] = [own(masks), Int32Array.from(own(best as Int32Array))];
      expect([...png(target).data]).toEqual(colors(truth));
      expect([...png(answer).data]).toEqual(colors(told));
      expect(png(input!).width).toBe(side);
      expect(right).toBeCloseTo(told.filter((one, i) => one === truth[i]).length / size, 12);
    }
    expect(perClass.reduce((sum, { iou }) => sum + iou!, 0) / classes).toBeCloseTo(metrics[0].value, 12);
    // The cell with most pixels, except those that are right.
    const [actual, predicted] = [0, 1, 2]
      .flatMap((a) => [0, 1, 2].map((b) => [a, b] as const))
      .filter(([a, b]) => a !== b)
      .sort(([a, b], [c, d]) => confusion[c]![d]! - confusion[a]![b]!)[0]!;
    const cell = await someAnswers(network, examples, { of: { kind: 'cell', actual, predicted }, signal });
    if (cell.kind !== 'maps') throw new Error('the answers are no maps');
    const inCell = (place: number): number =>
      Array.from({ length: size }, (_, p) => place * size + p).filter((p) => masks[p] === actual && best[p] === predicted).length; // prettier-ignore
    const all = Array.from({ length: count }, (_, place) => inCell(place)).sort((a, b) => b - a);
    expect(cell.rows.map(({ place }) => inCell(place))).toEqual(all.filter((many) => many > 0).slice(0, 12));
    network.dispose();
  });

  it('are steps, with the number that enters at each', async () => {
    const [count, length] = [5, 300];
    const model = layers.sequential({
      layers: [
        l.embedding({ inputDim: 7, outputDim: 2, inputLength: length, embeddingsInitializer: layers.initializers.randomNormal({ seed: 2 }) }),
        l.dense({ units: 2, activation: 'softmax', kernelInitializer }),
      ],
    }); // prettier-ignore
    const values = Float32Array.from({ length: count * length }, (_, i) => (i * i) % 7);
    const classes = values.map((value) => value % 2);
    const examples = examplesOf({
      ...{ values, shape: [length], numbers: { values: classes, shape: [length] } },
      said: { task: 'step-classification' },
    });
    const network = networkOf(model);
    const found = await someAnswers(network, examples, { of: { kind: 'some' }, signal });
    if (found.kind !== 'steps') throw new Error('the answers are no steps');
    expect([found.steps, found.rows.length]).toEqual([length, count]);
    const best = tf.argMax(model.predict(tf.tensor(values, [count, length])) as tf.Tensor, -1).dataSync();
    for (const { place, inputs, target, answer } of found.rows) {
      const first = (all: ArrayLike<number>) => Array.from({ length: 256 }, (_, i) => all[place * length + i]!);
      expect([inputs, target, answer]).toEqual([first(values), first(classes), first(best)]);
    }
    network.dispose();
  });
});

describe('a network with several outputs', () => {
  it('is asked for the answers of one of them, by its name', async () => {
    const count = 25;
    const x = layers.input({ shape: [4], name: 'x' });
    const price = l.dense({ units: 1, name: 'price', kernelInitializer }).apply(x) as layers.SymbolicTensor;
    const kind = l.dense({ units: 3, name: 'kind', activation: 'softmax', kernelInitializer }).apply(x) as layers.SymbolicTensor; // prettier-ignore
    const model = layers.model({ inputs: x, outputs: [price, kind] });
    const values = wave(count * 4);
    const named = new Map([
      ['price', { values: wave(count), shape: [] }],
      ['kind', { values: Float32Array.from({ length: count }, (_, i) => (i * i) % 3), shape: [] }],
      ['x', { values, shape: [4] }],
    ]);
    const examples = examplesOf({ values, shape: [4], named });
    const network = networkOf(model);
    const [prices, kinds] = model.predict(tf.tensor(values, [count, 4])) as [tf.Tensor, tf.Tensor];
    const found = await someAnswers(network, examples, { output: 'price', of: { kind: 'some' }, signal });
    if (found.kind !== 'numbers') throw new Error('the answers are no numbers');
    const told = prices.dataSync();
    found.numbers[0]!.forEach(([truth, answer], i) => {
      expect(truth).toBe(named.get('price')!.values[i]);
      expect(answer).toBeCloseTo(told[i]!, 5);
    });
    const { outputs, confusion } = await evaluateModel(network, examples, { batchSize: 7 });
    expect(confusion).toEqual([]);
    expect(outputs!.map(({ output }) => output)).toEqual(['price', 'kind']);
    const best = tf.argMax(kinds, -1).dataSync();
    const truths = named.get('kind')!.values;
    for (const [actual, row] of outputs![1]!.confusion.entries())
      for (const [predicted, many] of row.entries()) {
        const cell = await someAnswers(network, examples, { output: 'kind', of: { kind: 'cell', actual, predicted }, signal });
        if (cell.kind !== 'classes') throw new Error('the answers are no classes');
        const places = [...truths.keys()].filter((i) => truths[i] === actual && best[i] === predicted);
        expect(many).toBe(places.length);
        expect(cell.examples.map(({ place }) => place)).toEqual(places.slice(0, 12));
      } // prettier-ignore
    const other = someAnswers(network, examples, { output: 'age', of: { kind: 'some' }, signal });
    await expect(other).rejects.toThrow('The model has no output "age": choose price, kind.');
    network.dispose();
  });
});
