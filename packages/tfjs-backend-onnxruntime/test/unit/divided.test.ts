import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isShared } from '../../src/graph/native-types';
import { adamStep, disposeBackend, installBackend, trace } from '../../src/index';
import { OnnxBackend } from '../../src/onnx-backend';
import { isWorthDividing } from '../../src/parallel/division';
import { loadRuntime } from '../../src/binding/runtime';
import { tf } from '../../testing/tf';
import { examples, lossOf, type Network, networks, numbers, trainedVariables } from '../../testing/networks';
import { expectNear } from '../../testing/near';

vi.mock('../../src/parallel/division', { spy: true });

const THREADS = 2;
const COUNT = 8;
/** Micro-batches only pay for many examples. */
const COUNTS: Readonly<Record<string, number>> = {
  'fashion-cnn': 64,
  'lenet-5': 96,
  'separable-cnn': 32,
  autoencoder: 64,
};
/**
 * Networks that normalize batches of a few examples: changing the input by a millionth changes their gradients by up to
 * a quarter (`mobilenet-v1-0.25`), so a second step cannot be compared.
 */
const NORMALISED: ReadonlySet<string> = new Set(['resnet-20', 'mobilenet-v1-0.25', 'mobilenet-v2', 'ds-cnn']);

interface Setting {
  readonly threads: number;
  readonly cacheBytes: number;
}
/** With a cache for everything, micro-batches gain nothing. */
const TOGETHER: Setting = { threads: THREADS, cacheBytes: 2 ** 40 };

afterEach(() => {
  disposeBackend();
  vi.mocked(isWorthDividing).mockReset();
});

/** Returns the array of a tensor, without a copy. */
function dataOf(tensor: tf.Tensor): Float32Array {
  const backend = tf.backend();
  if (!(backend instanceof OnnxBackend)) throw new Error('The backend is another.');
  return backend.lookup(tensor.dataId).data as Float32Array;
}

const valuesOf = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>().slice();

interface Trained {
  readonly losses: number[];
  /** All final weights and moments. */
  readonly state: Float32Array[];
  /** Number of steps that were not divided. */
  readonly whole: number;
  /** Number of runs of rank 0 with this number of examples. */
  readonly runsOf: (examples: number) => number;
}

/**
 * Installs the backend and returns a function: the number of runs of this thread with so many examples of this shape.
 */
async function installCounting(shape: readonly number[], setting = TOGETHER): Promise<(examples: number) => number> {
  const usual = loadRuntime();
  const runs = new Map<string, number>();
  const createSession: typeof usual.createSession = (model, options) => {
    const session = usual.createSession(model, options);
    return {
      loadModel: session.loadModel.bind(session),
      dispose: () => session.dispose(),
      outputMetadata: session.outputMetadata,
      run(feeds, ...others) {
        for (const dims of new Set(Object.values(feeds).map((feed) => feed.dims.join()))) {
          runs.set(dims, (runs.get(dims) ?? 0) + 1);
        }
        return session.run(feeds, ...others);
      },
    };
  };
  await installBackend({ ...setting, runtime: { ...usual, createSession } });
  return (examples) => runs.get([examples, ...shape].join()) ?? 0;
}

/** Takes optimizer steps, divided among workers or not. */
async function train(
  network: Network,
  divided: boolean,
  rates = [-0.01, -0.02, -0.005],
  setting = TOGETHER,
): Promise<Trained> {
  const count = COUNTS[network.name] ?? COUNT;
  const runs = await installCounting(network.inputShape, setting);
  const net = network.build();
  const { x, y } = examples(network, count);
  const weights = trainedVariables(net);
  const moments = weights.map(({ shape }) => [tf.variable(tf.zeros(shape)), tf.variable(tf.zeros(shape))] as const);
  const step = (images: tf.Tensor, truth: tf.Tensor, rate: tf.Scalar): tf.Tensor => {
    const { value, grads } = tf.variableGrads(
      () => lossOf(network)(truth, net.apply(images, { training: true }) as tf.Tensor).asScalar(),
      weights,
    );
    const parts = weights.map((weight, i) => {
      const [first, second] = moments[i]!;
      return { weight, first, second, gradient: grads[weight.name]! };
    });
    const epsilon = tf.scalar(1e-3); // Large, so that rounding is not magnified where gradients are almost zero.
    adamStep(parts, { beta1: 0.9, beta2: 0.999, rate, epsilon }).forEach((next, i) => {
      moments[i]![0].assign(next.first);
      moments[i]![1].assign(next.second);
      weights[i]!.assign(next.weight);
    });
    return value;
  };
  const options = divided ? { examples: [0, 1] } : {};
  const taken = trace((a, b, rate) => step(a, b, rate as tf.Scalar), [x.shape, y.shape, []], options);
  const [images, truth] = [valuesOf(x), valuesOf(y)];
  const losses: number[] = [];
  for (const variable of [...net.weights.map((weight) => weight.read()), ...moments.flat()]) valuesOf(variable);
  const before = runs(count);
  for (const rate of rates) losses.push((await taken.run(images, truth, Float32Array.of(rate)))[0]!);
  const whole = runs(count) - before;
  const state = [...net.weights.map((weight) => weight.read()), ...moments.flat()].map(valuesOf);
  taken.dispose();
  return { losses, state, whole, runsOf: runs };
}

/** Results of one thread by network and rates: they do not depend on how others divide. */
const undivided = new Map<string, Trained>();

/** Takes optimizer steps of one thread. */
async function trainAlone(network: Network, rates?: number[]): Promise<Trained> {
  const key = JSON.stringify([network.name, rates]);
  const known = undivided.get(key);
  if (known) return known;
  const alone = await train(network, false, rates);
  undivided.set(key, alone);
  return alone;
}

function expectAllNear(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [k, values] of actual.entries()) expectNear(values, expected[k]!, `array ${k}`);
}

describe('examples divided among threads', () => {
  // Few examples keep the results near those of one thread; some networks would not be divided for so few.
  beforeEach(() => {
    vi.mocked(isWorthDividing).mockReturnValue(true);
  });

  test.each(networks.map((network) => [network.name, network] as const))(
    '%s: training steps leave what those of one thread leave',
    async (_, network) => {
      const rates = NORMALISED.has(network.name) ? [-0.01] : undefined;
      const [alone, together] = [await trainAlone(network, rates), await train(network, true, rates)];
      expectNear(together.losses, alone.losses);
      expectAllNear(together.state, alone.state);
      expect(alone.whole).toBe(alone.losses.length);
      expect(together.whole).toBe(0);
    },
  );

  test.each(['lenet-5', 'ds-cnn'])('%s: training repeats bit for bit', async (name) => {
    const network = networks.find((one) => one.name === name)!;
    const [one, other] = [await train(network, true), await train(network, true)];
    expect([one.losses, one.state]).toEqual([other.losses, other.state]);
  });
});

/** Networks, examples in a micro-batch, and a cache in MB. */
const IN_MICRO_BATCHES = [
  ['fashion-cnn', 16, 1.3],
  ['separable-cnn', 8, 1],
  ['autoencoder', 16, 0.8],
] as const;

describe.each([1, 2])('shares larger than the cache, threads: %d', (threads) => {
  const [count, size] = [64, 4000];
  /** A cache for 16 rows of that size. */
  const cacheBytes = 2 ** 18;
  /** Each result is read again later. */
  const busy = (x: tf.Tensor): tf.Tensor => {
    let [before, y] = [x, tf.tanh(x)];
    for (let i = 0; i < 60; i++) [before, y] = [y, tf.tanh(tf.add(before, y))];
    return y;
  };
  /** Each result is read by the next operation alone. */
  const chained = (x: tf.Tensor): tf.Tensor => {
    let y = x;
    for (let i = 0; i < 120; i++) y = tf.tanh(tf.add(y, 0.01));
    return y;
  };

  test.each(IN_MICRO_BATCHES)(
    '%s is trained in micro-batches, with the result of all at once',
    async (name, each, megabytes) => {
      const network = networks.find((one) => one.name === name)!;
      const setting = { threads, cacheBytes: megabytes * 2 ** 20 };
      const alone = await trainAlone(network);
      const inMicroBatches = await train(network, true, undefined, setting);
      const steps = alone.losses.length;
      expect(inMicroBatches.runsOf(each)).toBe((steps * COUNTS[name]!) / threads / each);
      expect([alone.whole, inMicroBatches.whole]).toEqual([steps, 0]);
      expectNear(inMicroBatches.losses, alone.losses);
      expectAllNear(inMicroBatches.state, alone.state);
      const again = await train(network, true, undefined, setting);
      expect([again.losses, again.state]).toEqual([inMicroBatches.losses, inMicroBatches.state]);
    },
  );

  test('lenet-5 is trained in one micro-batch: its weights are large beside what the cache would save', async () => {
    const network = networks.find(({ name }) => name === 'lenet-5')!;
    const { losses, runsOf } = await train(network, true, undefined, { threads, cacheBytes: 1.3 * 2 ** 20 });
    expect(runsOf(COUNTS['lenet-5']! / threads)).toBe(losses.length);
  });

  test('return rows in order, the mean of a mean, and values that are the same for all', async () => {
    const runs = await installCounting([size], { threads, cacheBytes });
    const factor = tf.variable(tf.tensor1d(numbers(size, 7)));
    const computations = [
      (x: tf.Tensor) => tf.mul(busy(x), factor),
      (x: tf.Tensor) => tf.add(tf.mean(busy(x), 0), factor),
      (x: tf.Tensor) => tf.add(tf.mul(tf.mean(busy(x)), 3), 1),
    ];
    for (const [i, compute] of computations.entries()) {
      for (const seed of [1, 2]) {
        const x = numbers(count * size, seed);
        const wanted = tf.tidy(() => valuesOf(compute(tf.tensor(x, [count, size]))));
        const inMicroBatches = trace(compute, [[count, size]], { examples: [0] });
        const before = runs(16);
        expectNear(await inMicroBatches.run(x), wanted);
        expect(runs(16) - before, `computation ${i}`).toBe(count / threads / 16);
        inMicroBatches.dispose();
      }
    }
  });

  test('are computed in one micro-batch where no result is read again later', async () => {
    const runs = await installCounting([size], { threads, cacheBytes });
    const x = numbers(count * size);
    const wanted = tf.tidy(() => valuesOf(chained(tf.tensor(x, [count, size]))));
    const together = trace(chained, [[count, size]], { examples: [0] });
    const before = runs(count / threads);
    expectNear(await together.run(x), wanted);
    expect(runs(count / threads) - before).toBe(1);
    together.dispose();
  });

  test('reduce in one micro-batch', async () => {
    const runs = await installCounting([size], { threads, cacheBytes });
    const centered = (x: tf.Tensor): tf.Tensor => tf.sub(busy(x), tf.square(tf.mean(busy(x), 0)));
    const x = numbers(count * size);
    const wanted = tf.tidy(() => valuesOf(centered(tf.tensor(x, [count, size]))));
    const together = trace(centered, [[count, size]], { examples: [0] });
    const before = runs(count / threads);
    expectNear(await together.run(x), wanted);
    expect(runs(count / threads)).toBeGreaterThan(before);
    together.dispose();
  });
});

describe('a divided computation', () => {
  const size = 400;
  const shape = [COUNT, size];
  const weights = numbers(size * size, 3);
  /** Number of runs of this thread with all examples. */
  let runs: () => number;

  beforeEach(async () => {
    const runsOf = await installCounting([size]);
    runs = () => runsOf(COUNT);
  });

  /** Enough work to be divided. */
  const busy = (x: tf.Tensor): tf.Tensor => {
    let y = x;
    for (let i = 0; i < 400; i++) y = tf.tanh(tf.add(y, 0.01));
    return y;
  };
  const expected = (f: (x: tf.Tensor) => tf.Tensor, x: Float32Array): Float32Array =>
    tf.tidy(() => valuesOf(f(tf.tensor(x, shape))));

  /** A weight that steps of Adam move towards the mean of a function of the examples. */
  const stepped = () => {
    const weight = tf.variable(tf.tensor(numbers(size, 5)));
    const [first, second] = [tf.variable(tf.zerosLike(weight)), tf.variable(tf.zerosLike(weight))];
    const step = (x: tf.Tensor, rate: tf.Scalar): tf.Tensor => {
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.sub(busy(x), weight))).asScalar(), [weight]);
      const tensors = { weight, first, second, gradient: grads[weight.name]! };
      const [next] = adamStep([tensors], { beta1: 0.9, beta2: 0.999, rate, epsilon: tf.scalar(1e-8) });
      weight.assign(next!.weight);
      first.assign(next!.first);
      second.assign(next!.second);
      return value;
    };
    const taken = trace((x, rate) => step(x, rate as tf.Scalar), [shape, []], { examples: [0] });
    return { weight, first, second, taken };
  };

  test('is not divided if there is little to do', async () => {
    const square = (x: tf.Tensor): tf.Tensor => tf.square(x);
    const x = numbers(COUNT * size);
    const whole = trace(square, [shape], { examples: [0] });
    const before = runs();
    expect(await whole.run(x)).toEqual(expected(square, x));
    expect(runs()).toBe(before + 2); // One run here, and one for the expected result.
    whole.dispose();
  });

  test('returns rows in order, computed by other threads', async () => {
    const x = numbers(COUNT * size);
    const wanted = expected(busy, x);
    const before = runs();
    const divided = trace(busy, [shape], { examples: [0] });
    expect(await divided.run(x)).toEqual(wanted);
    expect(runs()).toBe(before);
    divided.dispose();
  });

  test('has a graph for each number of shares of the same size', async () => {
    await installBackend({ threads: 4 });
    for (const count of [8, 6]) {
      const x = numbers(count * size);
      const wanted = tf.tidy(() => valuesOf(busy(tf.tensor(x, [count, size]))));
      const divided = trace(busy, [[count, size]], { examples: [0] });
      expect(await divided.run(x)).toEqual(wanted);
    }
  });

  test('returns the mean of a mean, and of a number for all examples', async () => {
    const mean = (x: tf.Tensor): tf.Tensor => tf.add(tf.mul(tf.mean(busy(x)), 3), 1);
    const x = numbers(COUNT * size);
    const [wanted] = expected(mean, x);
    const before = runs();
    const divided = trace(mean, [shape], { examples: [0] });
    expect((await divided.run(x))[0]).toBeCloseTo(wanted!, 5);
    expect(runs()).toBe(before);
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['the greatest example is asked for', (x) => tf.max(busy(x), 0)],
    ['examples come to stand in another order', (x) => tf.reverse(busy(x), 0)],
    ['some examples are left out', (x) => tf.slice(busy(x), [1, 0], [COUNT / 2 - 1, size])],
    ['examples become columns', (x) => tf.transpose(busy(x))],
  ])('is not divided where %s', async (_, compute) => {
    const x = numbers(COUNT * size);
    const whole = trace(compute, [shape], { examples: [0] });
    expect(await whole.run(x)).toEqual(expected(compute, x));
    whole.dispose();
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['examples are normalized by their mean', (x) => tf.sub(busy(x), tf.mean(x, 0))],
    ['a root is taken of a mean', (x) => tf.sqrt(tf.square(tf.mean(busy(x))))],
    ['a mean is taken of what a mean was taken from', (x) => tf.mean(tf.square(tf.sub(busy(x), tf.mean(x, 0))), 0)],
    ['a mean is seen in another shape', (x) => tf.mul(busy(x), tf.reshape(tf.mean(tf.exp(x), 0), [1, size]))],
    [
      'a large product goes into another',
      (x) => tf.matMul(busy(x), tf.tanh(tf.div(tf.matMul(x, x, true), x.shape[0]))),
    ],
  ])('is divided, with all-reduces, where %s', async (_, compute) => {
    const x = numbers(COUNT * size);
    const wanted = expected(compute, x);
    const before = runs();
    const divided = trace(compute, [shape], { examples: [0] });
    for (let i = 0; i < 3; i++) expectNear(await divided.run(x), wanted);
    expect(runs()).toBe(before);
    divided.dispose();
  });

  test('reads the current variables', async () => {
    const factor = tf.variable(tf.scalar(2));
    const divided = trace((x) => tf.mul(busy(x), factor), [shape], { examples: [0] });
    const x = numbers(COUNT * size);
    const once = await divided.run(x);
    factor.assign(tf.scalar(4));
    expect(await divided.run(x)).toEqual(once.map((value) => 2 * value));
  });

  test('keeps the values of other tensors of weights and moments in later steps', async () => {
    const { weight, first, second, taken } = stepped();
    const x = numbers(COUNT * size);
    const losses: number[] = [];
    const held: { tensor: tf.Tensor; values: Float32Array; read: Float32Array }[] = [];
    const before = runs();
    for (let i = 0; i < 5; i++) {
      losses.push((await taken.run(x, Float32Array.of(-0.01)))[0]!);
      for (const variable of [weight, first, second]) {
        const read = variable.dataSync<'float32'>();
        held.push({ tensor: variable.clone(), values: read.slice(), read });
      }
    }
    expect(runs()).toBe(before);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(new Set(losses).size).toBe(5);
    for (const { tensor, values, read } of held) {
      expect(valuesOf(tensor)).toEqual(values);
      expect(read).toEqual(values);
    }
    weight.assign(tf.zeros([size]));
    expect(valuesOf(weight)).toEqual(new Float32Array(size));
    const zeroed = (await taken.run(x, Float32Array.of(0)))[0]!;
    const plain = tf.tidy(() => tf.mean(tf.square(busy(tf.tensor(x, shape)))).dataSync<'float32'>()[0]!);
    expect(zeroed).toBeCloseTo(plain, 5);
    taken.dispose();
  });

  test('keeps the weights of another model with the same graph', async () => {
    const x = numbers(COUNT * size);
    const [one, other] = [stepped(), stepped()];
    const after: Float32Array[] = [];
    for (const { taken, weight, first, second } of [one, other, one, other]) {
      await taken.run(x, Float32Array.of(-0.01));
      after.push(...[weight, first, second].map(valuesOf));
      if (after.length === 3) other.weight.assign(tf.zeros([size]));
    }
    expect([one.weight, one.first, one.second].map(valuesOf)).toEqual(after.slice(6, 9));
    expect([other.weight, other.first, other.second].map(valuesOf)).toEqual(after.slice(9));
    expect(valuesOf(one.weight)).not.toEqual(valuesOf(other.weight));
  });

  test('copies its weights once for passes of one thread, and goes on from them', async () => {
    const x = numbers(COUNT * size);
    const rate = Float32Array.of(-0.01);
    const { weight: wanted, taken: uninterrupted } = stepped();
    for (let i = 0; i < 3; i++) await uninterrupted.run(x, rate);
    const { weight, taken } = stepped();
    const pass = trace((row) => tf.mul(row, weight), [[size]]);
    const row = new Float32Array(size).fill(2);
    const data = () => dataOf(weight);
    for (let i = 0; i < 3; i++) {
      await taken.run(x, rate);
      expect(isShared(data())).toBe(true);
      const doubled = await pass.run(row);
      const copy = data();
      expect(isShared(copy)).toBe(false);
      expect(doubled).toEqual(copy.map((value) => 2 * value));
      expect(await pass.run(row)).toEqual(doubled);
      expect(data()).toBe(copy);
    }
    expect(valuesOf(weight)).toEqual(valuesOf(wanted));
  });

  test('names the operation that failed in a thread, and goes on', async () => {
    const table = tf.variable(tf.tensor2d(weights, [size, size]));
    const row = tf.variable(tf.tensor1d([size + 5]));
    const pick = (x: tf.Tensor): tf.Tensor => tf.add(busy(x), tf.gather(table, tf.cast(row, 'int32')));
    const divided = trace(pick, [shape], { examples: [0] });
    const x = numbers(COUNT * size);
    await expect(divided.run(x)).rejects.toThrow(/^Gather failed: /);
    await expect(divided.run(x)).rejects.toThrow(/Gather failed/);
    const other = trace(busy, [shape], { examples: [0] });
    expect(await other.run(x)).toHaveLength(x.length);
  });

  test('does not wait for a worker that fails before a barrier', async () => {
    const row = tf.variable(tf.tensor1d([size + 5]));
    const pick = (x: tf.Tensor): tf.Tensor => {
      const mean = tf.mean(tf.add(busy(x), tf.gather(tf.variable(tf.zeros([size, size])), tf.cast(row, 'int32'))), 0);
      return tf.sub(busy(x), tf.square(mean));
    };
    const divided = trace(pick, [shape], { examples: [0] });
    const x = numbers(COUNT * size);
    await expect(divided.run(x)).rejects.toThrow(/Gather failed/);
    row.assign(tf.tensor1d([0]));
    const wanted = expected((input) => tf.sub(busy(input), tf.square(tf.mean(busy(input), 0))), x);
    expectNear(await divided.run(x), wanted);
  });

  test('is not divided if no thread starts', async () => {
    const messages: string[] = [];
    const modules = { api: '/nowhere', binding: '/nowhere' };
    const runtime = { ...loadRuntime(), modules };
    await installBackend({ threads: THREADS, runtime, log: (message) => messages.push(message) });
    const x = numbers(COUNT * size);
    const whole = trace(busy, [shape], { examples: [0] });
    expect(await whole.run(x)).toEqual(expected(busy, x));
    expect(messages).toEqual([expect.stringMatching(/^Batches are not divided among threads: .*nowhere/s)]);
  });

  test('leaves no tensor behind', async () => {
    const before = tf.memory();
    const divided = trace(busy, [shape], { examples: [0] });
    await divided.run(numbers(COUNT * size));
    divided.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});
