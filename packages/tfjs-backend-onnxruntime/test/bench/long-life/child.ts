/** Trains for a long time, opens, evaluates and closes many models, and prints what stays alive as one line of JSON. */
import { backendStats, installBackend, trace } from '../../../src/index';
import { layers, tf } from '../../../testing/tf';
import { trainedVariables } from '../../../testing/networks';
import { Adam } from '../../tools/adam';
import type { Alive, LongLife, Phase } from './figures';

const STEPS = 5000;
const ROUNDS = 500;
/** The cache of sessions is full after these, and nothing may grow. */
const WARM_STEPS = 1000;
const WARM_ROUNDS = 150;
const GROWING_ROUNDS = 50;
const TRACED_ROUNDS = 400;
const STEPS_PER_ROUND = 10;
const SIZE = 14;
const CLASSES = 10;

function alive(): Alive {
  globalThis.gc?.();
  return {
    tensors: tf.memory().numTensors,
    data: tf.engine().backend.numDataIds(),
    megabytes: process.memoryUsage().rss / 2 ** 20,
    sessionMegabytes: backendStats().sessionBytes / 2 ** 20,
  };
}

/** @param isNormalised true to normalize the images by the batch, which needs an all-reduce */
function network(filters: number, units: number, isNormalised = false): layers.Sequential {
  const { batchNormalization, conv2d, dense, flatten, maxPooling2d } = layers.layers;
  return layers.sequential({
    layers: [
      conv2d({ filters, kernelSize: 3, activation: 'relu', inputShape: [SIZE, SIZE, 1] }),
      ...(isNormalised ? [batchNormalization()] : []),
      maxPooling2d({}),
      flatten(),
      dense({ units, activation: 'relu' }),
      dense({ units: CLASSES }),
    ],
  });
}

async function train(): Promise<Phase> {
  const model = network(8, 16);
  const loss = (truth: tf.Tensor, logits: tf.Tensor): tf.Tensor => tf.losses.softmaxCrossEntropy(truth, logits);
  model.compile({ optimizer: tf.train.adam(1e-3), loss });
  const labels = Int32Array.from({ length: 20 }, (_, i) => i % CLASSES);
  let before = alive();
  for (let step = 0; step < STEPS; step++) {
    const images = tf.randomUniform([labels.length, SIZE, SIZE, 1]);
    const truth = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat());
    await model.trainOnBatch(images, truth);
    tf.dispose([images, truth]);
    if (step === WARM_STEPS) before = alive();
  }
  const after = alive();
  model.dispose();
  return { before, after };
}

/** Runs traced steps and passes with examples divided among workers; each round has another model. */
async function runTraced(): Promise<Phase> {
  let before = alive();
  for (let round = 0; round < TRACED_ROUNDS; round++) {
    const model = network(16 + (round % 25), 64 + Math.floor(round / 25), round % 2 === 1);
    const variables = trainedVariables(model);
    const adam = new Adam(variables);
    const step = (images: tf.Tensor, truth: tf.Tensor, rate: tf.Scalar, epsilon: tf.Scalar): tf.Tensor => {
      const loss = (): tf.Scalar =>
        tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(
          truth,
          model.apply(images, { training: true }) as tf.Tensor,
        );
      const { value, grads } = tf.variableGrads(loss, variables);
      adam.apply(grads, rate, epsilon);
      return value;
    };
    const shape = [100, SIZE, SIZE, 1];
    const taken = trace(
      (images, truth, rate, epsilon) => step(images, truth, rate as tf.Scalar, epsilon as tf.Scalar),
      [shape, [100, CLASSES], [], []],
      { examples: [0, 1] },
    );
    const pass = trace((images) => model.predict(images) as tf.Tensor, [shape], { examples: [0] });
    const images = new Float32Array(100 * SIZE * SIZE).fill(0.5);
    const truth = Float32Array.from({ length: 100 * CLASSES }, (_, i) => (i % CLASSES === 0 ? 1 : 0));
    for (let i = 0; i < STEPS_PER_ROUND; i++) {
      const { rate, epsilon } = adam.begin(1e-3);
      await taken.run(images, truth, Float32Array.of(rate), Float32Array.of(epsilon));
      await pass.run(images);
    }
    taken.dispose();
    pass.dispose();
    adam.dispose();
    model.dispose();
    if (round === WARM_ROUNDS) before = alive();
  }
  return { before, after: alive() };
}

/** Returns a model in the form in which it is stored. */
async function artifactsOf(model: layers.LayersModel): Promise<tf.io.ModelArtifacts> {
  let stored: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      stored = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  return stored;
}

/**
 * Opens and closes models. Each has another shape and so its own graphs; all have about the same size, so growth is a
 * leak.
 */
async function openAndClose(): Promise<Phase> {
  let before = alive();
  for (let round = 0; round < ROUNDS; round++) {
    const made = network(16 + (round % 25), 64 + Math.floor(round / 25));
    const stored = await artifactsOf(made);
    made.dispose();
    const model = await layers.loadLayersModel(tf.io.fromMemory(stored));
    const images = tf.randomUniform([100, SIZE, SIZE, 1]);
    const guesses = tf.tidy(() => tf.argMax(model.predict(images) as tf.Tensor, 1));
    await guesses.data();
    tf.dispose([images, guesses]);
    model.dispose();
    if (round === WARM_ROUNDS) before = alive();
  }
  return { before, after: alive() };
}

/** Trains models of growing size: old arenas never fit the next model, which is the worst case for a heap. */
async function grow(): Promise<Phase> {
  const { conv2d, dense, flatten, maxPooling2d } = layers.layers;
  const convolution = { kernelSize: 3, activation: 'relu' } as const;
  const loss = (truth: tf.Tensor, logits: tf.Tensor): tf.Tensor => tf.losses.softmaxCrossEntropy(truth, logits);
  const before = alive();
  for (let round = 0; round < GROWING_ROUNDS; round++) {
    const filters = 16 + 2 * round;
    const model = layers.sequential({
      layers: [
        conv2d({ ...convolution, filters, inputShape: [28, 28, 1] }),
        maxPooling2d({}),
        conv2d({ ...convolution, filters }),
        flatten(),
        dense({ units: 4 * filters, activation: 'relu' }),
        dense({ units: CLASSES }),
      ],
    });
    const optimizer = tf.train.sgd(1e-3);
    model.compile({ optimizer, loss });
    const images = tf.randomUniform([50, 28, 28, 1]);
    const truth = tf.tidy(() => tf.oneHot(tf.zeros([50], 'int32'), CLASSES).toFloat());
    for (let step = 0; step < 3; step++) await model.trainOnBatch(images, truth);
    tf.dispose([images, truth]);
    optimizer.dispose();
    model.dispose();
  }
  return { before, after: alive() };
}

async function main(): Promise<void> {
  await installBackend({ threads: 2 });
  const trained = await train();
  const opened = await openAndClose();
  const traced = await runTraced();
  const grown = await grow();
  const figures: LongLife = { trained, opened, traced, grown, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
  console.log(JSON.stringify(figures));
}

void main();
