import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix as MlMatrix } from 'ml-matrix';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { compareOutputs } from '../../../src/engine/compress/difference/compare-outputs';
import { withinBudget, type Choices } from '../../../src/engine/compress/factorize/choose';
import { factorizeLayers } from '../../../src/engine/compress/factorize/factorize';
import { vbmfRank } from '../../../src/engine/compress/factorize/vbmf';
import { backSolved, choleskyOf, eigenOf, identity, matrix, solved, times, transposed, transposedTimes } from '../../../src/engine/compress/matrix'; // prettier-ignore
import { symmetricEigen } from '../../../src/engine/compress/symmetric-eigen';
import { Random } from '../../../src/engine/dataset/random';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { readGraph } from '../../../src/engine/model/graph';
import { FactorizeStep } from '../../../src/protocol/steps/factorize';
import type { Dataset } from '../../../src/engine/dataset/open-data';
import { tinyDataset } from '../train/tiny';
import { filled, registerBlocks } from '../random-networks';

beforeAll(registerBlocks);

const l = tfLayers.layers;

function sequential(shape: number[], ...list: tfLayers.layers.Layer[]): ModelContent {
  const model = tfLayers.sequential({ layers: [l.inputLayer({ inputShape: shape }), ...list] });
  const content = filled(fromLayersModel(model));
  model.dispose();
  return content;
}

const factorized = (model: ModelContent, options: object, data: Dataset | null = null) =>
  factorizeLayers(model, FactorizeStep.parse({ step: 'factorize', ...options }), data, { seed: 0 });

/** Gives a kernel of a layer a rank, as a matrix that an order of its axes makes. */
function ranked(
  model: ModelContent,
  name: string,
  rank: number,
  order: 'outputs' | 'spatial' | 'tucker' | 'cp',
): ModelContent {
  const tensor = model.tensors.get(`${name}/kernel`)!;
  const [h, w, c, o] = tensor.shape as [number, number, number, number];
  const random = (size: number, seed: number) => numbers(size, seed);
  const data = new Float32Array(tensor.data.length);
  const [a, b, core] = [
    random(h * c * rank + h * w * c * rank, 3),
    random(w * o * rank, 5),
    random(h * w * rank * rank, 7),
  ];
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      for (let k = 0; k < c; k++)
        for (let m = 0; m < o; m++) {
          let sum = 0;
          for (let r = 0; r < rank; r++) {
            if (order === 'spatial') sum += a[(i * c + k) * rank + r]! * b[(j * o + m) * rank + r]!;
            if (order === 'outputs') sum += a[((i * w + j) * c + k) * rank + r]! * b[m * rank + r]!;
            if (order === 'cp') sum += core[(i * w + j) * rank + r]! * a[k * rank + r]! * b[m * rank + r]!;
            if (order === 'tucker')
              for (let s = 0; s < rank; s++) sum += a[k * rank + r]! * core[((i * w + j) * rank + r) * rank + s]! * b[m * rank + s]!; // prettier-ignore
          }
          data[((i * w + j) * c + k) * o + m] = sum;
        }
  return { ...model, tensors: new Map(model.tensors).set(tensor.name, { ...tensor, data }) };
}

describe('factorizing', () => {
  it('finds kernels again that have the form of a scheme', async () => {
    const plain = sequential(
      [6, 6, 1],
      l.conv2d({ filters: 8, kernelSize: 1, activation: 'relu', name: 'first' }),
      l.conv2d({ filters: 12, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', name: 'wide' }),
      l.flatten({ name: 'flat' }),
      l.dense({ units: 3, name: 'out' }),
    );
    for (const [order, scheme, ranks] of [
      ['outputs', 'svd', [3]],
      ['spatial', 'spatial', [3]],
      ['tucker', 'tucker', [3, 3]],
      ['cp', 'cp', [3]],
    ] as const) {
      const model = ranked(plain, 'wide', 3, order);
      for (const data of [null, await tinyDataset()]) {
        const done = await factorized(model, { layers: ['wide'], amount: { rank: 3 }, scheme }, data);
        const layer = done.layers.find(({ name }) => name === 'wide')!;
        expect(layer).toMatchObject({ state: 'replaced', scheme, ranks });
        expect(layer.outputError!).toBeLessThan(2e-2);
        const found = await compareOutputs(model, done.model, Infinity);
        // Alternating least squares comes near to them, and no nearer.
        expect(typeof found === 'string' ? found : found.size).toBeLessThan(scheme === 'cp' ? 0.1 : 2e-2);
        expect(done.totals.after.params).toBeLessThan(done.totals.before.params);
      }
    }
  });

  it('is better with the data than without, and tells the error that it makes', async () => {
    const model = sequential(
      [6, 6, 1],
      l.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', name: 'a' }),
      l.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', name: 'b' }),
      l.flatten({ name: 'flat' }),
      l.dense({ units: 16, name: 'c', activation: 'relu' }),
      l.dense({ units: 3, name: 'out' }),
    );
    const data = await tinyDataset();
    const errorOf = async (other: ModelContent): Promise<number> => {
      const found = await compareOutputs(model, other, Infinity, { images: data.split('validation') });
      if (typeof found === 'string') throw new Error(found);
      return found.error;
    };
    for (const options of [{ scheme: 'svd' }, { scheme: 'tucker' }, { scheme: 'spatial' }, { scheme: 'cp' }]) {
      const step = { amount: { params: 0.5 }, ...options };
      const [aware, blind] = [await factorized(model, step, data), await factorized(model, step, null)];
      expect(await errorOf(aware.model)).toBeLessThan(await errorOf(blind.model));
      const { before, after } = aware.totals;
      expect(after.params / before.params).toBeLessThan(0.6);
    }
  });

  it('puts in the place of a convolution three layers that compute one with their product', async () => {
    const shapes = fc.record({
      inputs: fc.integer({ min: 1, max: 9 }),
      outputs: fc.integer({ min: 2, max: 9 }),
      window: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 4 })),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.constantFrom('same', 'valid'),
      rank: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ inputs, outputs, window: [h, w], stride, padding, rank }) => {
        const along = (size: number, window: number) => (padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - window) / stride) + 1); // prettier-ignore
        const each = (9 * 8) / (along(9, h) * along(8, w));
        fc.pre(rank * (h * w + inputs * each + outputs) < h * w * inputs * outputs);
        const layer = l.conv2d({ filters: outputs, kernelSize: [h, w], strides: stride, padding, activation: 'tanh', name: 'conv' }); // prettier-ignore
        const model = sequential([9, 8, inputs], layer, l.flatten({ name: 'flat' }));
        const done = await factorized(model, { ranks: { conv: rank }, scheme: 'cp' });
        const [kernel, first, windows, last] = [model, done.model, done.model, done.model].map(
          ({ tensors }, i) => tensors.get(['conv/kernel', 'conv_in/kernel', 'conv_depthwise/depthwise_kernel', 'conv_out/kernel'][i]!)!, // prettier-ignore
        ) as [Tensor, Tensor, Tensor, Tensor];
        const data = new Float32Array(kernel.data.length);
        for (let at = 0; at < data.length; at++) {
          const [p, c, o] = [Math.floor(at / inputs / outputs), Math.floor(at / outputs) % inputs, at % outputs];
          for (let r = 0; r < rank; r++)
            data[at]! += windows.data[p * rank + r]! * first.data[c * rank + r]! * last.data[r * outputs + o]!;
        }
        const whole = { ...model, tensors: new Map(model.tensors).set(kernel.name, { ...kernel, data }) };
        const found = await compareOutputs(whole, done.model, Infinity);
        expect(typeof found === 'string' ? found : found.size).toBeLessThan(1e-4);
        const square = (of: Float32Array) => of.reduce((sum, one) => sum + one * one, 0);
        const lost = Math.sqrt(
          square(data.map((one, i) => one - kernel.data[i]!)) / square(kernel.data as Float32Array),
        );
        expect(done.layers.find(({ name }) => name === 'conv')!.outputError).toBeCloseTo(lost, 4);
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it('chooses depthwise windows by itself where they lose least for a share, and not for the same rank', async () => {
    const wide = sequential([6, 6, 16], l.conv2d({ filters: 16, kernelSize: 3, padding: 'same', name: 'wide' }));
    const model = ranked(wide, 'wide', 4, 'cp');
    const layerOf = async (options: object) => (await factorized(model, options)).layers.find(({ name }) => name === 'wide')!; // prettier-ignore
    const chosen = await layerOf({ amount: { params: 0.08 } });
    expect(chosen).toMatchObject({ scheme: 'cp', ranks: [4] });
    expect(chosen.becomes!.map(({ name }) => name)).toEqual(['wide_in', 'wide_depthwise', 'wide']);
    expect(chosen.outputError!).toBeLessThan(0.1);
    for (const scheme of ['svd', 'tucker', 'spatial'])
      expect((await layerOf({ amount: { params: 0.08 }, scheme })).outputError!).toBeGreaterThan(0.1);
    expect((await layerOf({ ranks: { wide: 4 } })).scheme).not.toBe('cp');
  });

  it('spends nothing on a kernel of zeros, which no factor makes worse', async () => {
    const model = sequential(
      [8, 8, 16],
      l.conv2d({ filters: 16, kernelSize: 3, name: 'alive' }),
      l.conv2d({ filters: 16, kernelSize: 3, name: 'dead' }),
      l.flatten(),
      l.dense({ units: 3, name: 'out' }),
    );
    const kernel = model.tensors.get('dead/kernel')!;
    const zero = { ...kernel, data: new Float32Array(kernel.data.length) };
    const dead = { ...model, tensors: new Map(model.tensors).set(kernel.name, zero) };
    const { model: made, layers } = await factorized(dead, { amount: { params: 0.6 } });
    const { ranks, outputError } = layers.find(({ name }) => name === 'dead')!;
    expect([Math.max(...ranks!), outputError]).toEqual([1, 0]);
    for (const { data } of made.tensors.values()) expect([...data].every(Number.isFinite)).toBe(true);
  });

  it('says why a layer has no form of a scheme', async () => {
    const model = sequential(
      [12, 12, 4],
      l.conv2d({ filters: 8, kernelSize: 3, dilationRate: 2, name: 'dilated' }),
      l.conv2d({ filters: 8, kernelSize: [1, 3], name: 'flat' }),
      l.conv2d({ filters: 8, kernelSize: 3, name: 'plain' }),
    );
    const told = async (scheme: string, name: string) => {
      const { layers } = await factorized(model, { amount: { params: 0.5 }, scheme });
      const { state, reason } = layers.find((one) => one.name === name)!;
      return reason ?? state;
    };
    expect(await told('cp', 'plain')).toBe('replaced');
    expect(await told('cp', 'dilated')).toBe(
      'it has a dilation, or strides that differ, which TensorFlow.js does not do for depthwise convolutions',
    );
    expect(await told('spatial', 'flat')).toBe('it has no window of two sides, which "spatial" takes apart');
    await expect(factorized(model, { layers: ['dilated'], amount: { rank: 2 }, scheme: 'cp' })).rejects.toThrow('"dilated" cannot be factorized, because it has a dilation'); // prettier-ignore
    await expect(factorized(model, { amount: { vbmf: true }, scheme: 'cp' })).rejects.toThrow('VBMF finds ranks of matrices'); // prettier-ignore
    await expect(factorized(model, { ranks: { plain: 65 }, scheme: 'cp' })).rejects.toThrow('has the rank 64, so it cannot be given 65'); // prettier-ignore
  });

  it('keeps shared layers shared, biases and activations on the last layer, and says why others stay', async () => {
    const input = tfLayers.input({ shape: [6, 6, 1] });
    const flat = l.flatten({ name: 'flat' }).apply(input) as tfLayers.SymbolicTensor;
    const wide = l.dense({ units: 20, activation: 'tanh', name: 'wide' }).apply(flat);
    const shared = l.dense({ units: 20, activation: 'tanh', name: 'shared' });
    const twice = shared.apply(shared.apply(wide));
    const made = tfLayers.model({ inputs: input, outputs: l.dense({ units: 2, name: 'out' }).apply(twice) as tfLayers.SymbolicTensor }); // prettier-ignore
    const model = filled(fromLayersModel(made));
    made.dispose();
    const done = await factorized(model, { amount: { rank: 4 } });
    const nodes = readGraph(done.model).nodes.filter(({ tensors }) => tensors.length > 0);
    expect(nodes.map(({ name, calls, tensors, op }) => [name, calls.length, tensors.length, 'activation' in op && op.activation])).toEqual([
      ['wide_in', 1, 1, 'linear'],
      ['wide_out', 1, 2, 'tanh'],
      ['shared_in', 2, 1, 'linear'],
      ['shared_out', 2, 2, 'tanh'],
      ['out', 1, 2, 'linear'],
    ]); // prettier-ignore
    expect(done.layers.find(({ name }) => name === 'out')).toMatchObject({ state: 'skipped', reason: 'that rank saves nothing: its full rank is 2' }); // prettier-ignore
  });

  it('refuses what cannot be', async () => {
    const model = sequential([6, 6, 1], l.flatten({ name: 'flat' }), l.dense({ units: 9, name: 'wide' }));
    const refused = (options: object) => expect(factorized(model, options)).rejects;
    await refused({ ranks: { wide: 10 } }).toThrow('has the rank 9, so it cannot be given 10');
    // Height by channels and width by filters has another rank than all inputs by filters.
    const image = sequential([6, 6, 1], l.conv2d({ filters: 8, kernelSize: 3, name: 'first' }), l.conv2d({ filters: 8, kernelSize: 3, padding: 'same', name: 'second' })); // prettier-ignore
    const ranked = (rank: number, scheme?: string) => factorized(image, { ranks: { second: rank }, scheme });
    expect((await ranked(11)).layers.at(-1)).toMatchObject({ scheme: 'spatial', ranks: [11] });
    await expect(ranked(25)).rejects.toThrow('has the rank 24, so it cannot be given 25');
    await expect(ranked(11, 'svd')).rejects.toThrow('has the rank 8, so it cannot be given 11');
    await refused({ ranks: { flat: 1 } }).toThrow('"flat" cannot be factorized, because it is neither');
    await refused({ amount: { rank: 9 } }).toThrow('that rank saves nothing: its full rank is 9');
    await refused({ amount: { params: 0.001 } }).toThrow(/No ranks leave 0.10% .* the smallest leave 13.89%/);
    await refused({ amount: { rank: 1 }, layers: ['other'] }).toThrow('no layer "other"');
  });

  it('chooses ranks for the speed of processors where MACs are asked for, and touches no layer that gets slower', async () => {
    const model = sequential(
      [8, 8, 1],
      l.conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu', name: 'thin' }),
      l.conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu', name: 'wide' }),
      l.conv2d({ filters: 16, kernelSize: 3, padding: 'same', name: 'last' }),
    );
    const ranksOf = async (options: object) => {
      const { layers } = await factorized(model, options);
      return layers.flatMap(({ ranks = [] }) => ranks);
    };
    for (const multipleOf of [undefined, 12]) {
      const ranks = await ranksOf({ amount: { macs: 0.6 }, layers: ['wide'], ...(multipleOf && { multipleOf }) });
      expect(ranks.length).toBeGreaterThan(0);
      for (const rank of ranks) expect(rank % (multipleOf ?? 16)).toBe(0);
    }
    // A share that no fast ranks come to is reached by others.
    const small = await factorized(model, { amount: { macs: 0.02 }, layers: ['wide'] });
    const macsOf = (side: 'before' | 'after') => small.layers.filter(({ name }) => name === 'wide').reduce((sum, one) => sum + one[side].macs!, 0); // prettier-ignore
    expect(macsOf('after')).toBeLessThanOrEqual(0.02 * macsOf('before'));
    const free = await ranksOf({ amount: { params: 0.55 }, layers: ['wide'] });
    expect(free.some((rank) => rank % 4 !== 0)).toBe(true);
    const energy = await ranksOf({ amount: { energy: 0.6 }, layers: ['wide'], multipleOf: 5 });
    for (const rank of energy) expect(rank % 5).toBe(0);
    const thin = { layers: ['thin'], scheme: 'svd' };
    await expect(factorized(model, { ...thin, amount: { rank: 7 } })).rejects.toThrow('"thin" stays: small layers would take longer than it does by svd'); // prettier-ignore
    expect((await factorized(model, { ...thin, amount: { params: 0.999 } })).totals.after.params).toBeLessThan(model.tensors.get('wide/kernel')!.data.length * 4); // prettier-ignore
    const own = await factorized(model, { ranks: { thin: 7 }, scheme: 'svd' });
    expect(own.layers.filter(({ reason }) => reason === 'it is not named').map(({ name }) => name)).toEqual(['wide', 'last']); // prettier-ignore
  });

  it('loses what the singular values of the kernel say, from whichever side they are computed', async () => {
    for (const units of [20, 60]) {
      const model = sequential([6, 6, 1], l.flatten({ name: 'flat' }), l.dense({ units, name: 'wide' }));
      const kernel = matrix(36, units, model.tensors.get('wide/kernel')!.data);
      const { values } = eigenOf(transposedTimes(kernel, kernel));
      const sum = (of: Float64Array) => of.reduce((all, one) => all + one, 0);
      const done = await factorized(model, { amount: { rank: 7 } });
      const { outputError } = done.layers.find(({ name }) => name === 'wide')!;
      expect(outputError).toBeCloseTo(Math.sqrt(sum(values.slice(7)) / sum(values)), 4);
    }
  });

  it('shares a budget out by what each layer loses', () => {
    const option = (rank: number, cost: number, error: number) => ({ scheme: 'svd', ranks: [rank], params: cost, macs: cost, moved: 2, error }) as const; // prettier-ignore
    const layer = (...errors: number[]): Choices => ({
      options: errors.map((error, i) => option(i + 1, 10 * (i + 1), error)),
      now: { params: 100, macs: 100, moved: 2 },
    });
    const [robust, fragile] = [layer(0.05, 0.02, 0.01), layer(0.9, 0.7, 0.5)];
    expect(withinBudget([robust, fragile], 'params', 130)?.map((one) => one?.ranks)).toEqual([[3], undefined]);
    expect(withinBudget([robust, fragile], 'params', 45)?.map((one) => one?.ranks)).toEqual([[1], [3]]);
    expect(withinBudget([robust, fragile], 'params', 19)).toBeUndefined();
  });
});

describe('the rank of a matrix by variational Bayes', () => {
  it('is the number of directions that stand out of the noise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 1000 }), (rank, seed) => {
        const [rows, columns] = [30, 60];
        const random = new Random(seed);
        const uniform = () => random.uint32() / 2 ** 32 - 0.5;
        const gaussian = (count: number) =>
          Float64Array.from({ length: count }, () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, 0));
        const signal = times(matrix(rows, rank, gaussian(rows * rank)), matrix(rank, columns, gaussian(rank * columns))); // prettier-ignore
        const noise = gaussian(rows * columns);
        const mixed = matrix(rows, columns, signal.data.map((one, i) => one + 0.3 * noise[i]!)); // prettier-ignore
        const { values } = eigenOf(times(mixed, transposed(mixed)));
        expect(vbmfRank(values, rows, columns)).toBe(rank);
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});

describe('arithmetic with matrices', () => {
  it('decomposes symmetric matrices of any rank as ml-matrix does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 24 }), fc.integer(), (n, rank, seed) => {
        const half = matrix(rank, n, numbers(rank * n, seed));
        const gram = transposedTimes(half, half);
        const { values, rows } = symmetricEigen(gram.data, n);
        const known = new EigenvalueDecomposition(MlMatrix.from1DArray(n, n, gram.data), { assumeSymmetric: true });
        const close = (found: Float64Array | number[], wanted: Float64Array | number[]) =>
          found.forEach((one, i) => expect(one).toBeCloseTo(wanted[i]!, 9));
        close(
          values.toSorted(),
          known.realEigenvalues.toSorted((a, b) => a - b),
        );
        const vectors = matrix(n, n, rows);
        close(times(vectors, transposed(vectors)).data, identity(n).data);
        const scaled = matrix(n, n, rows.map((one, i) => values[Math.floor(i / n)]! * one)); // prettier-ignore
        close(transposedTimes(vectors, scaled).data, gram.data);
      }),
      { numRuns: 60, seed: 5 },
    );
    // Blocks that have nothing to do with each other, and equal values.
    const apart = matrix(5, 5, [2, 1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]);
    expect([...eigenOf(apart).values].map((one) => Math.round(one * 1e9) / 1e9)).toEqual([3, 3, 3, 1, 0]);
  });

  it('decomposes and solves', () => {
    const a = matrix(6, 4, numbers(24, 1));
    const gram = transposedTimes(a, a);
    const near = (x: { data: Float64Array }, y: { data: Float64Array }) =>
      x.data.forEach((one, i) => expect(one).toBeCloseTo(y.data[i]!, 3));
    const { values, vectors } = eigenOf(gram);
    expect([...values]).toEqual([...values].sort((x, y) => y - x));
    const scaled = matrix(4, 4, vectors.data.map((one, i) => one * values[i % 4]!)); // prettier-ignore
    near(times(gram, vectors), scaled);
    const lower = choleskyOf(gram);
    near(times(lower, transposed(lower)), gram);
    const right = matrix(4, 2, numbers(8, 2));
    near(times(gram, solved(gram, right)), right);
    near(times(transposed(lower), backSolved(lower, right)), right);
  });
});
