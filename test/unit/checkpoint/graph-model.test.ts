import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { temporaryFolder } from '../temporary';

beforeAll(() => tf.setBackend('cpu'));

const FLOAT = { T: { type: 'DT_FLOAT' } };
const node = (name: string, op: string, input: string[] = [], attr: object = {}) => ({
  name,
  op,
  input,
  attr: { ...FLOAT, ...attr },
});
const weight = (name: string, shape: number[], value: (i: number) => number): Tensor => {
  const size = shape.reduce((all, one) => all * one, 1);
  return { name, shape, dtype: 'float32', data: Float32Array.from({ length: size }, (_, i) => value(i)) };
};

/** A GraphModel that scales its pixels by a small constant, as MoveNet does, and adds anchors at its end. */
function scaled(): ModelContent {
  const convolution = {
    strides: { list: { i: ['1', '1', '1', '1'] } },
    dilations: { list: { i: ['1', '1', '1', '1'] } },
    padding: { s: 'U0FNRQ==' },
    data_format: { s: 'TkhXQw==' },
  };
  const nodes = [
    node('image', 'Placeholder', [], {
      dtype: { type: 'DT_FLOAT' },
      shape: { shape: { dim: [1, 4, 4, 1].map((size) => ({ size: String(size) })) } },
    }),
    ...['scale', 'kernel', 'flat', 'dense', 'anchors'].map((name) =>
      node(name, 'Const', [], { dtype: { type: name === 'flat' ? 'DT_INT32' : 'DT_FLOAT' } }),
    ),
    node('net/scaled', 'Mul', ['image', 'scale']),
    node('net/conv', 'Conv2D', ['net/scaled', 'kernel'], convolution),
    node('net/flat', 'Reshape', ['net/conv', 'flat'], { Tshape: { type: 'DT_INT32' } }),
    node('net/scores', 'MatMul', ['net/flat', 'dense'], { transpose_a: { b: false }, transpose_b: { b: false } }),
    node('boxes', 'AddV2', ['net/scores', 'anchors']),
  ];
  const tensors = [
    weight('scale', [], () => 1 / 127.5),
    weight('kernel', [3, 3, 1, 4], (i) => Math.sin(i + 1)),
    { name: 'flat', shape: [2], dtype: 'int32', data: Int32Array.of(1, 64) } as const,
    weight('dense', [64, 3], (i) => Math.cos(i + 1)),
    weight('anchors', [1, 3], (i) => 0.001 * (i + 1)),
  ];
  const output = (name: string) => ({ name, dtype: 'DT_FLOAT' });
  return {
    modelTopology: { node: nodes, versions: { producer: 1 } },
    tensors: new Map(tensors.map((one) => [one.name, one])),
    described: {
      format: 'graph-model',
      signature: {
        inputs: { image: { name: 'image:0', dtype: 'DT_FLOAT', tensorShape: { dim: [] } } },
        outputs: { scores: output('net/scores:0'), boxes: output('boxes:0'), raw: output('net/conv:0') },
      },
      weightsManifest: [{ paths: ['net.bin'], weights: [] }],
    },
  };
}

/** Runs a checkpoint as stock TensorFlow.js does. */
async function answers(folder: string, image: tf.Tensor): Promise<number[][]> {
  const model = await loadGraphModel({
    load: async () => {
      const json = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
      return tf.io.getModelArtifactsForJSON(json, async ([group]) => {
        const bytes = await readFile(path.join(folder, group!.paths[0]!));
        return [group!.weights, new Uint8Array(bytes).buffer];
      });
    },
  });
  const outputs = model.predict(image) as tf.Tensor[];
  return outputs.map((one) => Array.from(one.dataSync()));
}

describe('a GraphModel that is pruned', () => {
  it('answers as one in stock TensorFlow.js: all its outputs, and another for another image', async () => {
    const [before, after] = [await temporaryFolder(), await temporaryFolder()];
    await writeCheckpoint(before, scaled());
    const checkpoint = await readCheckpoint(path.join(before, 'model.json'));
    const plan = planPrune(checkpoint, PruneStep.parse({ step: 'prune', amount: { sparsity: 0.5 } }));
    await writeCheckpoint(after, { ...checkpoint, tensors: applyPrune(checkpoint, plan).tensors });
    const pruned = await readCheckpoint(path.join(after, 'model.json'));
    for (const name of ['scale', 'anchors', 'flat'])
      expect(pruned.tensors.get(name)!.data).toEqual(checkpoint.tensors.get(name)!.data);
    expect(pruned.json['signature']).toEqual(checkpoint.json['signature']);
    const images = [1, 2].map((seed) => tf.randomUniform([1, 4, 4, 1], 0, 255, 'float32', seed));
    const [one, other] = [await answers(after, images[0]!), await answers(after, images[1]!)];
    expect(one.map(({ length }) => length)).toEqual([3, 3, 64]);
    expect((await answers(before, images[0]!)).map(({ length }) => length)).toEqual([3, 3, 64]);
    one.forEach((values, i) =>
      expect(Math.max(...values.map((value, j) => Math.abs(value - other[i]![j]!)))).toBeGreaterThan(0.1),
    );
  });
});
