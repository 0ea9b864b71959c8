import { readFile } from 'node:fs/promises';
import path from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { packed } from '../../src/loader';
import { ModelJson } from '../../src/protocol/checkpoint';

/** The content of a checkpoint as stock TensorFlow.js loads it. */
export interface StockReading {
  /** Exact zeros and weights of each kernel, by the weight's name. */
  kernels: Map<string, { zeros: number; count: number }>;
  /** All weights, by their names. */
  weights: Map<string, number[]>;
  /** Names of all layers. */
  layers: string[];
  /** Class probabilities or logits of one grey image. */
  output: number[];
}

/** Loads a checkpoint with TensorFlow.js alone, none of this project's engine, on its cpu backend. */
export async function readWithStockTfjs(modelFile: string): Promise<StockReading> {
  await tf.setBackend('cpu');
  const json = ModelJson.parse(JSON.parse(await readFile(modelFile, 'utf8')));
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((name) => readFile(path.join(path.dirname(modelFile), name))));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[];
  return readingOf(
    await loadLayersModel(tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData })),
  );
}

/** Loads a packed model with TensorFlow.js and the loader that ships. */
export async function readPackedWithStockTfjs(file: string): Promise<StockReading> {
  await tf.setBackend('cpu');
  return readingOf(await loadLayersModel(packed(file)));
}

async function readingOf(model: LayersModel): Promise<StockReading> {
  const kernels: StockReading['kernels'] = new Map();
  const weights: StockReading['weights'] = new Map();
  for (const weight of model.weights) weights.set(weight.name, [...(await weight.read().data())]);
  // A name that is taken by another model in this process gets a number behind it.
  for (const weight of model.weights.filter(({ name }) => /\/kernel(_\d+)?$/.test(name))) {
    const values = await weight.read().data();
    kernels.set(weight.name, { zeros: values.filter((value) => value === 0).length, count: values.length });
  }
  const shape = model.inputs[0]?.shape.map((size) => size ?? 1) ?? [];
  const output = model.predict(tf.zeros(shape));
  if (Array.isArray(output)) throw new Error('The model has several outputs.');
  return { kernels, weights, layers: model.layers.map(({ name }) => name), output: [...(await output.data())] };
}

/** Zeros over all kernel weights, as stock TensorFlow.js counts them. */
export function sparsityOf({ kernels }: StockReading): number {
  const sum = (of: 'zeros' | 'count') => [...kernels.values()].reduce((total, kernel) => total + kernel[of], 0);
  return sum('zeros') / sum('count');
}
