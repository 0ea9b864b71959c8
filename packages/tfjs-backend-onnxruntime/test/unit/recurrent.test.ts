import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disposeBackend, installBackend } from '../../src/index';
import { loadRuntime } from '../../src/binding/runtime';
import { layers, tf } from '../../testing/tf';
import { expectAsCpu, tensor } from './compare';
import { setWeights } from './networks';

/** The models loaded since the last reset. */
let loaded: Uint8Array[] = [];

beforeAll(async () => {
  const runtime = loadRuntime();
  await installBackend({
    threads: 1,
    onFallback: 'throw',
    runtime: {
      ...runtime,
      createSession(model, options) {
        loaded.push(model);
        return runtime.createSession(model, options);
      },
    },
  });
});
afterAll(disposeBackend);

/**
 * Counts each operator in the largest graph that `run` loads. The name of a node is its purpose and its first output.
 */
function operatorsOf(run: () => void): Readonly<Record<string, number>> {
  loaded = [];
  run();
  const largest = loaded.reduce((a, b) => (a.length > b.length ? a : b));
  const counts: Record<string, number> = {};
  const names = new Set(
    Buffer.from(largest)
      .toString('latin1')
      .match(/\b\w+\/[A-Za-z]+_\d+/g),
  );
  for (const name of names) {
    const operator = /\/([A-Za-z]+)_/.exec(name)![1]!;
    counts[operator] = (counts[operator] ?? 0) + 1;
  }
  return counts;
}

type Kind = 'lstm' | 'gru' | 'simpleRNN';
interface Form {
  readonly recurrentActivation?: 'sigmoid' | 'hardSigmoid';
  readonly activation?: 'tanh' | 'relu';
  readonly returnSequences?: boolean;
  readonly goBackwards?: boolean;
  readonly useBias?: boolean;
}

const STEPS = 6;
const FEATURES = 5;
const UNITS = 7;

function model(kind: Kind, form: Form, depth = 1): layers.Sequential {
  const net = layers.sequential();
  for (let level = 0; level < depth; level++) {
    const { activation = 'tanh', goBackwards = false, useBias = true } = form;
    const returnSequences = form.returnSequences === true || level < depth - 1;
    const initializers = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;
    const common = { units: UNITS, activation, goBackwards, useBias, returnSequences, ...initializers };
    const input = level === 0 ? { inputShape: [STEPS, FEATURES] } : {};
    const { recurrentActivation = 'sigmoid' } = form;
    if (kind === 'simpleRNN') net.add(layers.layers.simpleRNN({ ...common, ...input }));
    else net.add(layers.layers[kind]({ ...common, ...input, recurrentActivation }));
  }
  setWeights(net);
  return net;
}

const input = (batch: number): tf.Tensor => tensor([batch, STEPS, FEATURES], 5);

/** Returns the loss and its gradients with respect to all weights and the input. */
function withGradients(net: layers.Sequential, batch: number): tf.Tensor[] {
  const loss = (x: tf.Tensor): tf.Scalar => {
    const result = net.apply(x, { training: true }) as tf.Tensor;
    return tf.sum(tf.mul(result, tensor(result.shape, 9)));
  };
  const x = input(batch);
  const { value, grads } = tf.variableGrads(() => loss(x));
  return [value, ...Object.values(grads), tf.grad(loss)(x)];
}

const forms: readonly Form[] = [
  {},
  { recurrentActivation: 'hardSigmoid' },
  { returnSequences: true },
  { goBackwards: true, returnSequences: true },
  { useBias: false },
  { activation: 'relu', recurrentActivation: 'hardSigmoid' },
];

describe.each(['lstm', 'gru', 'simpleRNN'] as const)('%s', (kind) => {
  test.each(forms)('%o: results and gradients are those of the cpu backend', async (form) => {
    for (const [batch, depth] of [
      [3, 1],
      [130, 1],
      [3, 2],
    ] as const) {
      await expectAsCpu(() => {
        const net = model(kind, form, depth);
        const results = withGradients(net, batch);
        net.dispose();
        return results;
      });
      await expectAsCpu(() => {
        const net = model(kind, form, depth);
        const result = net.predict(input(batch)) as tf.Tensor;
        net.dispose();
        return result;
      });
    }
  });

  test('NaN stays NaN from its step on', async () => {
    const withNaN = (): tf.Tensor => tf.where(input(9).greater(0.98), Number.NaN, input(9));
    for (const form of [{}, { recurrentActivation: 'hardSigmoid' }, { returnSequences: true }] as const) {
      await expectAsCpu(() => {
        const net = model(kind, form);
        const results = [net.predict(withNaN()) as tf.Tensor];
        net.setWeights(net.getWeights().map((weight, i) => (i === 1 ? tf.log(weight) : weight)));
        results.push(net.predict(input(9)) as tf.Tensor);
        net.dispose();
        return results;
      });
    }
  });
});

/** Counts the operators of the loss and its gradients. */
function trainingOperators(kind: Kind, form: Form): Readonly<Record<string, number>> {
  const net = model(kind, form);
  const x = input(3);
  const counts = operatorsOf(() => {
    tf.tidy(() => {
      const loss = (): tf.Scalar => tf.sum(tf.square(net.apply(x, { training: true }) as tf.Tensor));
      for (const gradient of Object.values(tf.variableGrads(loss).grads)) gradient.dataSync();
    });
  });
  net.dispose();
  x.dispose();
  return counts;
}

describe('operators', () => {
  beforeAll(() => tf.setBackend('onnxruntime'));

  test('an LSTM trains with one product for each gate, gradients of all gates at once, and no slices of sums', () => {
    const counts = trainingOperators('lstm', {});
    expect(counts).toMatchObject({ Sigmoid: 3 * STEPS, Tanh: 2 * STEPS });
    // The gates, the gradient of each state but the first, and the gradient of the weights in one part.
    expect(counts['Gemm']).toBe(4 * STEPS + (STEPS - 1) + 1);
    // Three products of the cell, two for the gradients of gates, four for those of cell and state; a little for the loss.
    expect(counts['Mul']).toBeLessThanOrEqual(10 * STEPS);
    expect(counts['Slice']).toBe(4); // Columns of the weights.
  });

  test('a GRU trains with one product for each gate', () => {
    const counts = trainingOperators('gru', {});
    expect(counts).toMatchObject({ Sigmoid: 2 * STEPS, Tanh: STEPS });
  });

  test('a simple recurrent layer trains with one product for each step and each gradient', () => {
    const counts = trainingOperators('simpleRNN', {});
    expect(counts['Gemm']).toBe(STEPS + (STEPS - 1) + 1);
  });

  let batch = 11;
  /** Counts the operators of an evaluation of this number of rows or a few more. */
  function evaluationOperators(net: layers.LayersModel, rows = 0): Readonly<Record<string, number>> {
    const x = input(rows + batch++); // A new size needs a new graph.
    const counts = operatorsOf(() => {
      tf.tidy(() => tf.concat([net.predict(x, { batchSize: x.shape[0] })].flat(), 1).dataSync());
    });
    net.dispose();
    x.dispose();
    return counts;
  }

  test.each([
    ['lstm', 'LSTM'],
    ['gru', 'GRU'],
  ] as const)('an evaluation of %s is one operator for each layer', (kind, operator) => {
    for (const form of [{}, { recurrentActivation: 'hardSigmoid' }, { goBackwards: true }] as const) {
      for (const depth of [1, 2]) {
        const counts = evaluationOperators(model(kind, form, depth));
        expect(counts[operator]).toBe(depth);
        expect(counts).not.toHaveProperty('Gemm');
        // A reversal is a slice.
        expect(counts['Slice'] ?? 0).toBe('goBackwards' in form ? depth : 0);
      }
    }
  });

  test('many rows of an LSTM on one thread go step by step, with the results of the cpu backend', async () => {
    expect(evaluationOperators(model('lstm', {}), 100)).not.toHaveProperty('LSTM');
    expect(evaluationOperators(model('gru', {}), 100)).toHaveProperty('GRU');
    await expectAsCpu(() => model('lstm', {}).predict(input(100), { batchSize: 100 }));
  });

  test('another activation goes step by step', () => {
    expect(evaluationOperators(model('lstm', { activation: 'relu' }))).not.toHaveProperty('LSTM');
    expect(evaluationOperators(model('simpleRNN', {}))['Gemm']).toBe(STEPS);
  });

  /** A model whose second layer begins in the final state of the first. */
  function translator(kind: 'lstm' | 'gru'): layers.LayersModel {
    const form = { units: UNITS, kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;
    const x = layers.input({ shape: [STEPS, FEATURES] });
    const [, ...states] = layers.layers[kind]({ ...form, returnState: true }).apply(x) as layers.SymbolicTensor[];
    const decoder = layers.layers[kind]({ ...form, returnSequences: true, returnState: true });
    const [sequence, ...last] = decoder.apply([x, ...states]) as layers.SymbolicTensor[];
    const net = layers.model({
      inputs: x,
      outputs: [layers.layers.flatten().apply(sequence!), ...last] as layers.SymbolicTensor[],
    });
    setWeights(net);
    return net;
  }

  test.each(['lstm', 'gru'] as const)('%s: states go from layer to layer', async (kind) => {
    await expectAsCpu(() => {
      const net = translator(kind);
      const results = net.predict(input(3)) as tf.Tensor[];
      net.dispose();
      return results;
    });
    const counts = evaluationOperators(translator(kind));
    expect(counts).toHaveProperty(kind.toUpperCase());
    expect(counts).not.toHaveProperty('Gemm');
  });

  test('a masked layer goes step by step, with the results of the cpu backend', async () => {
    const masked = (): layers.Sequential => {
      const net = layers.sequential();
      net.add(layers.layers.masking({ maskValue: 0, inputShape: [STEPS, FEATURES] }));
      net.add(layers.layers.lstm({ units: UNITS, kernelInitializer: 'zeros', recurrentInitializer: 'zeros' }));
      setWeights(net);
      return net;
    };
    await expectAsCpu(() => {
      const net = masked();
      const results = [net.predict(tf.mul(input(3), tensor([3, STEPS, 1], 2).greater(0))) as tf.Tensor];
      net.dispose();
      return results;
    });
    expect(evaluationOperators(masked())).not.toHaveProperty('LSTM');
  });
});
